"""How many chunks a device trains before the host waits for it."""

from collections.abc import Iterator, Sequence

from worker.training.chunk_length import CHUNK_SECONDS


class Pace:
    """Groups the chunks of an epoch. The length of a chunk suits a slow CPU; on a faster device, a group of chunks
    takes about as long as one chunk does there. The host waits once for each group, and copies the state once for each
    group.

    With K = 64 the lecture's network has chunks of four steps. All sums are over chunks, so groups, which depend on
    measured times, change no bits.
    """

    def __init__(self, together: int) -> None:
        """`together` is the largest number of chunks in a group."""
        self.together = together
        self._chunks = 1

    def groups(self, chunks: Sequence[range], *, tail: bool) -> Iterator[Sequence[range]]:
        """The chunks in groups, whose size `measured` adapts in the meantime. With `tail`, the last chunk is a smaller
        batch, which is a group of its own."""
        full, at = len(chunks) - tail, 0
        while at < len(chunks):
            end = min(at + self._chunks, full) if at < full else at + 1
            yield chunks[at:end]
            at = end

    def measured(self, seconds: float) -> None:
        """Adapt the size of the next groups to the duration of the last one, including the wait for the device."""
        if seconds < CHUNK_SECONDS / 2:
            self._chunks = min(2 * self._chunks, self.together)
        elif seconds > CHUNK_SECONDS:
            self._chunks = max(1, self._chunks // 2)
