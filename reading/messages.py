"""The lines that a reading process writes to its standard output, one JSON object each."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_LINE = 65_536
"""Bytes in a line. A reading process that writes more has gone mad."""


Unit = Literal["bytes", "rows", "columns", "pictures"]
"""What progress is counted in."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Progress(_Line):
    """How far a reading is."""

    kind: Literal["progress"] = "progress"
    what: str
    """What it does, e.g. `reading train.csv`."""
    done: int
    total: int | None
    unit: Unit


class Log(_Line):
    """Something for the log of the reading."""

    kind: Literal["log"] = "log"
    text: str


class Result(_Line):
    """The reading is done: the stored table is in the folder."""

    kind: Literal["result"] = "result"


class Failed(_Line):
    """The files cannot be read."""

    kind: Literal["failure"] = "failure"
    failure: dict[str, Any]
    """The record of a `ReadingFailed`."""


Line = Annotated[Progress | Log | Result | Failed, Field(discriminator="kind")]
LINE: TypeAdapter[Line] = TypeAdapter(Line)
