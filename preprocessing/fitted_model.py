"""The base of fitted encodings, which are stored as JSON beside a run's weights."""

from pydantic import BaseModel, ConfigDict


class FittedModel(BaseModel):
    """A frozen part of a fitted preprocessing. Floats are written with enough digits to be read back bit for bit."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
