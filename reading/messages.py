"""The lines that a reading process writes to its standard output, one JSON object each."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_LINE = 65_536
"""Largest size of a line in bytes. A reading process that writes more is broken."""


Unit = Literal["bytes", "rows", "columns", "pictures"]
"""The unit in which progress is counted."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Progress(_Line):
    """How far a reading is."""

    kind: Literal["progress"] = "progress"
    what: str
    """The current activity, e.g. `reading train.csv`."""
    done: int
    total: int | None
    unit: Unit


class Log(_Line):
    """Something for the log of the reading."""

    kind: Literal["log"] = "log"
    text: str


class Stored(_Line):
    """The stored table is complete. What follows is only computed from it, and the table can be used without."""

    kind: Literal["stored"] = "stored"


class Result(_Line):
    """All is done."""

    kind: Literal["result"] = "result"


class Failed(_Line):
    """The files cannot be read."""

    kind: Literal["failure"] = "failure"
    failure: dict[str, Any]
    """The record of a `ReadingFailed`."""


Line = Annotated[Progress | Log | Stored | Result | Failed, Field(discriminator="kind")]
LINE: TypeAdapter[Line] = TypeAdapter(Line)
