"""DuckDB for tests: a process opens one database, which takes 16 ms, and each test has a cursor of its own."""

from functools import cache

import duckdb


def cursor() -> duckdb.DuckDBPyConnection:
    """A connection to the database in memory; tables in it stay.

    Not for modules that are being imported: the database has threads, and processes with threads cannot be forked.
    """
    return _database().cursor()


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})
