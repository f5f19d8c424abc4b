"""The seed that every random number of a run is a pure function of."""

from typing import Annotated

from pydantic import Field

Seed = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""Whole number up to 2^53 - 1, so that every JSON reader keeps it exact."""
