"""Requests about an existing experiment."""

from typing import Any

from pydantic import Field

from gradus.spec.experiment import MAX_EPOCHS
from gradus.spec.spec_model import SpecModel


class ExtendRequest(SpecModel):
    """The body of `POST /v1/experiments/{id}/extend`."""

    epochs: int = Field(ge=1, le=MAX_EPOCHS)
    """Number of additional epochs."""


class ForkRequest(SpecModel):
    """The body of `POST /v1/experiments/{id}/fork`."""

    changes: dict[str, Any] = Field(default_factory=dict)
    """A merge patch (RFC 7396) of the spec: named fields are changed, and null resets a field to its default."""
    from_epoch: int | None = Field(default=None, ge=1, le=MAX_EPOCHS)
    """Continue from the checkpoint of this epoch; null begins from the start."""
