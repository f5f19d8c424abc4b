"""Which epochs of a run findings look at: functions of the epoch's number alone, so that a run that was resumed is
judged by the same epochs as one that was not."""

EACH = 32
"""Epochs from the first on after each of which findings are looked for; then 16 times in each doubling."""
KEPT = 1024
"""Epochs from the first on whose rows all count; then 512 in each doubling."""


def is_look(epoch: int) -> bool:
    """Whether findings are looked for after this epoch. They always are at the end of a run."""
    return epoch % _stride(epoch, EACH) == 0


def is_kept(epoch: int) -> bool:
    """Whether the epoch's row counts. The newest row always does."""
    return epoch % _stride(epoch, KEPT) == 0


def _stride(epoch: int, all_below: int) -> int:
    return 1 << max(0, epoch.bit_length() - all_below.bit_length() + 1)
