"""A DuckDB that knows no file but those it is given."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

MEMORY_MIB = 256
SPILL = "spill"
"""The folder, inside that of the stored table, where DuckDB puts what does not fit into memory; empty afterwards."""


def connect(folder: Path, readable: Iterable[Path] = ()) -> duckdb.DuckDBPyConnection:
    """A connection that can read and write in this folder and read these files, and whose settings are locked."""
    connection = duckdb.connect(
        config={
            "memory_limit": f"{MEMORY_MIB}MiB",
            "threads": 1,
            "external_threads": 1,
            "temp_directory": str(folder / SPILL),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
        }
    )
    connection.execute("SET allowed_directories = [$folder]", {"folder": f"{folder}/"})
    connection.execute("SET allowed_paths = $paths", {"paths": [str(path) for path in readable]})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET TimeZone = 'UTC'")
    # A file's statistics may be wrong, for example about NaN: conditions are checked on the values.
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    connection.execute("SET lock_configuration = true")
    return connection
