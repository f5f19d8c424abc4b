"""How many chunks a device trains before the host waits for it."""

from collections.abc import Iterator, Sequence

from worker.training.chunk_length import CHUNK_SECONDS


class Pace:
    """Groups an epoch's chunks, whose length is that of a slow CPU, so that a group takes about as long on the device
    at hand: the host waits once for a group, which also needs one copy of the state.

    With K = 64 the lecture's network has chunks of four steps. All sums are over chunks, so groups, which depend on
    measured times, change no bits.
    """

    def __init__(self, together: int) -> None:
        """`together` is the largest number of chunks in a group."""
        self.together = together
        self._chunks = 1

    def groups(self, chunks: Sequence[range], *, tail: bool) -> Iterator[Sequence[range]]:
        """The chunks in groups, each as large as `measured` has made it by then; a smaller last batch, `tail`, is a
        group of its own."""
        full, at = len(chunks) - tail, 0
        while at < len(chunks):
            end = min(at + self._chunks, full) if at < full else at + 1
            yield chunks[at:end]
            at = end

    def measured(self, seconds: float) -> None:
        """Learn what the last group took, the wait for the device included."""
        if seconds < CHUNK_SECONDS / 2:
            self._chunks = min(2 * self._chunks, self.together)
        elif seconds > CHUNK_SECONDS:
            self._chunks = max(1, self._chunks // 2)
