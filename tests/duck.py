"""DuckDB for tests. A process opens one database, which takes 16 ms, and each test has its own cursor."""

from functools import cache

import duckdb


def cursor() -> duckdb.DuckDBPyConnection:
    """A connection to the database in memory, whose tables stay until the process ends.

    Not for modules that are being imported: the database has threads, and processes with threads cannot be forked.
    """
    return _database().cursor()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})
