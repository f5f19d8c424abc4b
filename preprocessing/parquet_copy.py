"""A stored table as a Parquet file with the original column names."""

from pathlib import Path

import duckdb

from preprocessing.sql import identifier, quoted
from preprocessing.stored_names import by_file, row_group
from preprocessing.table import STACKED, Table


def copy_with_names(table: Table, target: Path, memory_mib: int = 256) -> None:
    """Write the table to `target` without its images and arrays, which a Parquet column cannot hold."""
    columns = table.read.columns
    files = by_file(i for i, column in enumerate(columns) if column.type not in STACKED)
    paths = [str(table.folder / name) for name in files]
    terms = [f"c{i} AS {identifier(columns[i].name)}" for positions in files.values() for i in positions]
    with duckdb.connect(config={"memory_limit": f"{memory_mib}MiB", "threads": 1}) as connection:
        connection.execute("SET temp_directory = ''")
        connection.execute("SET allowed_paths = $paths", {"paths": [*paths, str(target)]})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        joined = " POSITIONAL JOIN ".join(f"read_parquet({quoted(path)})" for path in paths)
        text_bytes = table.stored.whole_text_bytes(i for positions in files.values() for i in positions) / max(
            1, table.rows
        )
        options = f"FORMAT parquet, ROW_GROUP_SIZE {row_group(len(columns), text_bytes)}"
        connection.execute(f"COPY (SELECT {', '.join(terms)} FROM {joined}) TO {quoted(target)} ({options})")
