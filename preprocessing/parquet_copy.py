"""A stored table as a Parquet file with the names that people gave its columns."""

from pathlib import Path

import duckdb

from preprocessing.table import PARQUET, ROW_GROUP, STACKED, Table


def copy_with_names(table: Table, target: Path, memory_mib: int = 256) -> None:
    """Write the table without its images and arrays, which are no Parquet columns, to `target`."""
    source = table.folder / PARQUET
    with duckdb.connect(config={"memory_limit": f"{memory_mib}MiB", "threads": 1}) as connection:
        connection.execute("SET temp_directory = ''")
        connection.execute("SET allowed_paths = [$source, $target]", {"source": str(source), "target": str(target)})
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        terms = [
            f"c{i} AS {_identifier(column.name)}"
            for i, column in enumerate(table.read.columns)
            if column.type not in STACKED
        ]
        query = f"SELECT {', '.join(terms)} FROM read_parquet({_text(source)}, file_row_number = true)"
        connection.execute(
            f"COPY ({query} ORDER BY file_row_number) TO {_text(target)} (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})"
        )


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
