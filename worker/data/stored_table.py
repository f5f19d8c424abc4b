"""Opens the stored table of an uploaded data set on this machine."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from hub.artifacts.local_copies import LocalCopies
from hub.artifacts.manifest import Damaged
from hub.datasets.table_ref import TableRef
from preprocessing.table import Table
from worker.data.errors import DataError
from worker.data.long_step import Say
from worker.store_retry import with_store_retry


@contextmanager
def stored_table(
    copies: LocalCopies, ref: TableRef | None, name: str, say: Say, sleep: Callable[[float], object] = time.sleep
) -> Iterator[Table]:
    """The table of the data set `name`, with all its files verified. Waits while the store is unavailable.

    Raises:
        DataError: the table was deleted or is damaged, or the store stays unavailable.
    """
    if ref is None:
        raise DataError(f"the data set '{name}' was deleted: upload it again")

    def wait(error: OSError) -> None:
        say(f"waiting: the stored table of '{name}' cannot be read ({error})")

    with ExitStack() as stack:
        try:
            folder = with_store_retry(lambda: stack.enter_context(copies.opened(ref.key, ref.digest)), wait, sleep)
        except Damaged as error:
            raise DataError(f"the stored table of '{name}' is damaged ({error}): upload it again") from error
        except OSError as error:
            raise DataError(f"the stored table of '{name}' cannot be read: {error}") from error
        yield Table(folder)
