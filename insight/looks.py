"""The epochs of a run that findings are based on. All functions depend on the epoch's number alone, so that a resumed
run is judged by the same epochs as one that was never interrupted."""

from gradus.spec.statistics import SAMPLED_EXAMPLES, STEP_EXAMPLES

EACH = 32
"""Up to this epoch, findings are looked for after every epoch; then 16 times while the number of epochs doubles."""
KEPT = 1024
"""Up to this epoch, every epoch's row is kept; then 512 while the number of epochs doubles."""


def is_look(epoch: int) -> bool:
    """Whether findings are looked for after this epoch. At the end of a run they always are."""
    return epoch % _stride(epoch, EACH) == 0


def is_kept(epoch: int) -> bool:
    """Whether the epoch's row is kept for findings. The newest row always is."""
    return epoch % _stride(epoch, KEPT) == 0


def measurement_stride(examples: int, batch: int) -> int:
    """The number of epochs, a power of two, in which training handles at least 60 times as many examples as one
    measurement of the layers costs. A forward pass counts as a third of a step."""
    sixty = 20 * min(SAMPLED_EXAMPLES, examples) + 60 * min(STEP_EXAMPLES, batch, examples)
    return 1 << (-(-sixty // examples) - 1).bit_length()


def is_measured(epoch: int, examples: int, batch: int) -> bool:
    """Whether the layers are measured after this epoch.

    True for the first epoch, and then for every epoch that is a multiple of `measurement_stride`; with a stride above
    one, only if findings are looked for after the epoch. At the end of a run the layers are always measured.
    """
    stride = measurement_stride(examples, batch)
    return epoch == 1 or stride == 1 or (epoch % stride == 0 and is_look(epoch))


def _stride(epoch: int, all_below: int) -> int:
    return 1 << max(0, epoch.bit_length() - all_below.bit_length() + 1)
