"""The random seed of a run: every random number of the run is a pure function of it."""

from typing import Annotated

from pydantic import Field

Seed = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""An integer up to 2^53 - 1, which every JSON parser represents exactly."""
