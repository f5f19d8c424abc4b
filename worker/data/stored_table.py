"""Opens the stored table of an uploaded data set in the artifact store."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hub.artifacts.manifest import Damaged
from hub.artifacts.store import ArtifactStore
from hub.datasets.table_ref import TableRef
from preprocessing.table import Table
from worker.data.errors import DataError
from worker.data.long_step import Say

TRIES = 8
FIRST_PAUSE_SECONDS = 0.25
"""Doubled after each attempt: half a minute in all."""


@contextmanager
def stored_table(
    store: ArtifactStore, ref: TableRef | None, name: str, say: Say, sleep: Callable[[float], object] = time.sleep
) -> Iterator[Table]:
    """The table of the data set `name`, with all its files verified. Waits while the store is unavailable.

    Raises:
        DataError: the table was deleted or is damaged, or the store stays unavailable.
    """
    if ref is None:
        raise DataError(f"the data set '{name}' was deleted: upload it again")
    with ExitStack() as stack:
        yield Table(_opened(store, ref, name, stack, say, sleep))


def _opened(
    store: ArtifactStore, ref: TableRef, name: str, stack: ExitStack, say: Say, sleep: Callable[[float], object]
) -> Path:
    pause = FIRST_PAUSE_SECONDS
    for left in reversed(range(TRIES)):
        try:
            return stack.enter_context(store.open(ref.key, ref.digest))
        except Damaged as error:
            raise DataError(f"the stored table of '{name}' is damaged ({error}): upload it again") from error
        except OSError as error:
            if not left:
                raise DataError(f"the stored table of '{name}' cannot be read: {error}") from error
            say(f"waiting: the stored table of '{name}' cannot be read ({error})")
        sleep(pause)
        pause *= 2
    raise AssertionError
