"""What a person asks of an experiment that is there already."""

from typing import Any

from pydantic import Field

from gradus.spec.experiment import MAX_EPOCHS
from gradus.spec.spec_model import SpecModel


class ExtendRequest(SpecModel):
    """The body of `POST /v1/experiments/{id}/extend`."""

    epochs: int = Field(ge=1, le=MAX_EPOCHS)
    """How many more to train."""


class ForkRequest(SpecModel):
    """The body of `POST /v1/experiments/{id}/fork`."""

    changes: dict[str, Any] = Field(default_factory=dict)
    """A merge patch (RFC 7396) of the spec: what is named changes, null takes it back to its default."""
    from_epoch: int | None = Field(default=None, ge=1, le=MAX_EPOCHS)
    """Go on from the checkpoint of this epoch; null begins from the start."""
