"""Writing checkpoints on a thread of its own, while the training goes on."""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from hub.artifacts.store import ArtifactStore
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from worker.checkpoint.files import CheckpointState, write

Tell = Callable[[Mapping[str, CheckpointRef]], None]
"""Told, by the experiments' ids, what was written."""

TRAINING_FOR_WRITING = 10.0
"""Seconds of training for each that a checkpoint takes to be written, at least: to train it again costs no more."""
DEAREST_REST = 60.0
"""However long it takes, so much training is worth one."""

logger = logging.getLogger(__name__)


class CheckpointWriter:
    """Writes what it is given, in order, and then tells of it.

    To bring files to the disk takes ten milliseconds and more, in which a small network trains an epoch.
    """

    def __init__(
        self,
        store: ArtifactStore,
        token: int,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[Future[None]], None] = Future.result,
    ) -> None:
        """`wait` gives what came of what is under way, however slow the store is."""
        self._store = store
        self._wait = wait
        self._clock = clock
        self._token = token
        self._written: dict[str, str] = {}
        self._rested_since = self._clock()
        self._spent = 0.0
        """Seconds that the last states took to be written, those of an array together."""
        self._thread = ThreadPoolExecutor(1, "checkpoints")
        self._under_way: deque[Future[None]] = deque()
        self._failed = False

    def keep(self, kept: Mapping[str, CheckpointState], tell: Tell) -> None:
        """Write these states soon and then tell; with none to write, tell in turn. Waits while two are under way:
        states take memory."""
        while len(self._under_way) > 1 or (self._under_way and self._under_way[0].done()):
            self._wait(self._under_way.popleft())
        self._under_way.append(self._thread.submit(self._do, kept, tell))

    def rested(self, seconds: float) -> bool:
        """Whether nothing was written for so long, and for long enough that writing is little beside training."""
        due = max(seconds, min(DEAREST_REST, TRAINING_FOR_WRITING * self._spent))
        return self._clock() - self._rested_since >= due

    def close(self) -> None:
        """Finish what is under way."""
        try:
            while self._under_way:
                self._wait(self._under_way.popleft())
        finally:
            self._thread.shutdown()

    def _do(self, kept: Mapping[str, CheckpointState], tell: Tell) -> None:
        if self._failed:
            return  # what comes after an epoch that was not told is not told either
        self._failed = True
        began = self._clock()
        written = {one: saved for one, state in kept.items() if (saved := self._write(one, state)) is not None}
        if written:
            self._spent = self._clock() - began
        tell(written)
        self._failed = False

    def _write(self, one: str, kept: CheckpointState) -> CheckpointRef | None:
        """What was written; None if it stands in the store already, or could not be written."""
        state = kept.state
        key = key_of(one, self._token, state.epoch, state.step)
        if self._written.get(one) == key:
            return None
        self._rested_since = float("inf")
        try:
            receipt = self._store.put(key, lambda folder: write(kept, folder))
        except (OSError, MemoryError) as error:
            logger.warning("%s was not written, the run goes on without it: %s", key, error)
            return None
        finally:
            self._rested_since = self._clock()
        self._written[one] = key
        return CheckpointRef(
            key=key,
            digest=receipt.digest,
            size=receipt.size,
            epoch=state.epoch,
            step=state.step,
            whole=state.step_in_epoch == 0,
        )
