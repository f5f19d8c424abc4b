"""Which checkpoints of a run are kept."""

from typing import Annotated, Any

from pydantic import Field

from gradus.spec.spec_model import SpecModel, shorthand

MAX_EVERY = 100_000
MAX_KEPT = 1_000


class Checkpoint(SpecModel):
    """The best and the last checkpoint are always kept; these are kept beside them, for forks. The numbers of the
    run do not depend on it."""

    every: int | None = Field(default=None, ge=1, le=MAX_EVERY)
    """Keep the checkpoint of every n-th epoch; null keeps none but the best and the last."""
    keep: int = Field(default=10, ge=1, le=MAX_KEPT)
    """How many of those: the newest."""


def _every(value: Any) -> Any:
    return {"every": value} if isinstance(value, int) and not isinstance(value, bool) else value


CheckpointSetting = Annotated[Checkpoint, shorthand(_every, {"type": "integer", "minimum": 1, "maximum": MAX_EVERY})]
"""What is kept; an integer n stands for every n-th epoch."""
