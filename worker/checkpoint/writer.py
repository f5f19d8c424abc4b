"""Writes checkpoints on a background thread while training continues."""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from hub.artifacts.store import ArtifactStore
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from worker.checkpoint.files import CheckpointState, write

OnWritten = Callable[[Mapping[str, CheckpointRef]], None]
"""Called with the written checkpoints by experiment id."""

MIN_TRAINING_PER_WRITE = 10.0
"""Minimum seconds of training for each second that writing a checkpoint takes."""
MAX_INTERVAL_SECONDS = 60.0
"""Upper bound of the interval that `MIN_TRAINING_PER_WRITE` demands, however slow writing is."""

logger = logging.getLogger(__name__)


class CheckpointWriter:
    """Writes checkpoints in order, and calls back after each write.

    Writing files to the disk takes 10 ms or more, in which a small network trains an epoch.
    """

    def __init__(
        self,
        store: ArtifactStore,
        token: int,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[Future[None]], None] = Future.result,
    ) -> None:
        """`wait` waits for a pending write, however slow the store is."""
        self._store = store
        self._wait = wait
        self._clock = clock
        self._token = token
        self._written: dict[str, str] = {}
        self._last_write = self._clock()
        self._write_seconds = 0.0
        """Duration of the last write: the checkpoints of all members of an array together."""
        self._thread = ThreadPoolExecutor(1, "checkpoints")
        self._pending: deque[Future[None]] = deque()
        self._failed = False

    def submit(self, states: Mapping[str, CheckpointState], on_written: OnWritten) -> None:
        """Write these states in the background, then call `on_written`. Without states, `on_written` is called in
        order, after earlier writes. Blocks while two submissions are pending, to limit memory."""
        while len(self._pending) > 1 or (self._pending and self._pending[0].done()):
            self._wait(self._pending.popleft())
        self._pending.append(self._thread.submit(self._process, states, on_written))

    def is_due(self, seconds: float) -> bool:
        """Whether the last write was at least this long ago, and long enough ago that writing costs little compared
        with training."""
        interval = max(seconds, min(MAX_INTERVAL_SECONDS, MIN_TRAINING_PER_WRITE * self._write_seconds))
        return self._clock() - self._last_write >= interval

    def close(self) -> None:
        """Finish the pending writes."""
        try:
            while self._pending:
                self._wait(self._pending.popleft())
        finally:
            self._thread.shutdown()

    def _process(self, states: Mapping[str, CheckpointState], on_written: OnWritten) -> None:
        if self._failed:
            return  # after a failed callback, later ones are not called either
        self._failed = True
        began = self._clock()
        written = {one: saved for one, state in states.items() if (saved := self._write(one, state)) is not None}
        if written:
            self._write_seconds = self._clock() - began
        on_written(written)
        self._failed = False

    def _write(self, one: str, checkpoint: CheckpointState) -> CheckpointRef | None:
        """Write one checkpoint; None if the store has it already, or if it could not be written."""
        state = checkpoint.state
        key = key_of(one, self._token, state.epoch, state.step)
        if self._written.get(one) == key:
            return None
        self._last_write = float("inf")
        try:
            receipt = self._store.put(key, lambda folder: write(checkpoint, folder))
        except (OSError, MemoryError) as error:
            logger.warning("%s could not be written; the run continues without it: %s", key, error)
            return None
        finally:
            self._last_write = self._clock()
        self._written[one] = key
        return CheckpointRef(
            key=key,
            digest=receipt.digest,
            size=receipt.size,
            epoch=state.epoch,
            step=state.step,
            whole=state.step_in_epoch == 0,
        )
