"""Opens the stored table of a data set's version.

numpy and DuckDB are imported when they are first needed: an API with built-in data sets alone needs neither.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gradus.errors import Unavailable
from hub.artifacts.manifest import Damaged
from hub.datasets.stored_tables import StoredTable
from hub.hub import Hub
from preprocessing.stored_names import PARQUET

if TYPE_CHECKING:
    from preprocessing.table import Table


@contextmanager
def opened_table(hub: Hub, stored: StoredTable) -> Iterator["Table"]:
    """The table, which stays on this machine while the context is open.

    Raises:
        Unavailable: the table is damaged or was just deleted, or this API cannot read tables.
    """
    try:
        from preprocessing.table import Table  # noqa: PLC0415
    except ImportError as error:
        raise no_reader(error) from error
    folder = None
    try:
        with hub.local_copies.opened(stored.key, stored.digest) as folder:
            yield Table(folder)
    except (Damaged, FileNotFoundError) as error:
        raise _unreadable(error) from error
    except Exception as error:
        if folder is not None and not (folder / PARQUET).exists():  # DuckDB then raises another error
            raise _unreadable("it was just deleted") from error
        raise


def no_reader(error: ImportError) -> Unavailable:
    """The error of an API without the libraries that read tables."""
    return Unavailable(f"this API cannot read tables: install gradus-ml[data] ({error})", code="no_reader")


def _unreadable(why: object) -> Unavailable:
    return Unavailable(f"the stored table cannot be read: {why}", code="table_damaged")
