"""Which epochs of a run findings look at: functions of the epoch's number alone, so that a run that was resumed is
judged by the same epochs as one that was not."""

from gradus.spec.statistics import SAMPLED_EXAMPLES, STEP_EXAMPLES

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


def measurement_stride(examples: int, batch: int) -> int:
    """Epochs of so many training `examples`, a power of two, in which 60 times as many examples are trained as it costs
    to measure the layers once: a forward pass takes about a third of a step."""
    sixty = 20 * min(SAMPLED_EXAMPLES, examples) + 60 * min(STEP_EXAMPLES, batch, examples)
    return 1 << (-(-sixty // examples) - 1).bit_length()


def is_measured(epoch: int, examples: int, batch: int) -> bool:
    """Whether the layers are measured after this epoch of so many training examples: after the first, and every
    `measurement_stride`; if that is more than one, only where findings look, too. They always are after the last."""
    stride = measurement_stride(examples, batch)
    return epoch == 1 or stride == 1 or (epoch % stride == 0 and is_look(epoch))


def _stride(epoch: int, all_below: int) -> int:
    return 1 << max(0, epoch.bit_length() - all_below.bit_length() + 1)
