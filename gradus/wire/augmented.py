"""A preview of what augmentation does to training images."""

from typing import Annotated

from pydantic import Field

from gradus.spec.augment import Augment
from gradus.spec.experiment import MAX_EPOCHS
from gradus.spec.seed import Seed
from gradus.spec.spec_model import SpecModel

MOST_EXAMPLES = 16
MOST_COLUMNS = 8

Place = Annotated[int, Field(ge=0, le=100_000_000)]


class AugmentedRequest(SpecModel):
    """The body of `POST /v1/datasets/{id}/augmented`."""

    augment: Augment
    """The changes, as in the `dataset` of a spec."""
    seed: Seed = 0
    """The run's seed, of which the draws are a function."""
    epoch: int = Field(default=1, ge=1, le=MAX_EPOCHS)
    """The first epoch that is shown."""
    epochs: int = Field(default=6, ge=1, le=MOST_COLUMNS)
    """How many epochs are shown, one column for each."""
    examples: (
        Annotated[int, Field(ge=1, le=MOST_EXAMPLES)]
        | Annotated[tuple[Place, ...], Field(strict=False, min_length=1, max_length=MOST_EXAMPLES)]
    ) = 4
    """The number of first training examples, or a list of positions in the training split; one row for each example."""
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    """Version of an uploaded data set; null for the newest that is ready."""
