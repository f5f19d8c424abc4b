"""Which checkpoints of a run are kept."""

from typing import Annotated, Any

from pydantic import Field

from gradus.spec.spec_model import SpecModel, shorthand

MAX_EVERY = 100_000
MAX_KEPT = 1_000


class Checkpoint(SpecModel):
    """Which checkpoints to keep for forks, besides the best and the last, which are always kept. The setting does not
    change the results of the run."""

    every: int | None = Field(default=None, ge=1, le=MAX_EVERY)
    """Keep the checkpoint of every n-th epoch; null keeps only the best and the last."""
    keep: int = Field(default=10, ge=1, le=MAX_KEPT)
    """Maximum number of these checkpoints; the oldest are deleted first."""


def _every(value: Any) -> Any:
    return {"every": value} if isinstance(value, int) and not isinstance(value, bool) else value


CheckpointSetting = Annotated[Checkpoint, shorthand(_every, {"type": "integer", "minimum": 1, "maximum": MAX_EVERY})]
"""Which checkpoints are kept; the integer n is short for `{"every": n}`."""
