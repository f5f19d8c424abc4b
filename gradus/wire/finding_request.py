"""Requests about a finding of an experiment."""

from pydantic import Field

from gradus.spec.experiment import Name
from gradus.spec.spec_model import SpecModel

MOST_SEEDS = 50


class ApplyRequest(SpecModel):
    """The body of `POST /v1/experiments/{id}/findings/{finding}/apply`."""

    patch: int = Field(default=0, ge=0, le=100)
    """Index of the finding's patch, from 0."""
    name: Name | None = None
    """Name of the new experiment; null for the experiment's name followed by the purpose of the patch."""


class VerifyRequest(SpecModel):
    """The body of `POST /v1/experiments/{id}/findings/{finding}/verify`."""

    patch: int = Field(default=0, ge=0, le=100)
    """Index of the finding's patch, from 0."""
    seeds: int = Field(default=5, ge=3, le=MOST_SEEDS)
    """Maximum number of pairs of trainings."""
