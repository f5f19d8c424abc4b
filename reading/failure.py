"""Why files could not be read: the one error of this package."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

FailureCode = Literal["data_error", "not_a_table", "no_rows", "invalid_parse", "too_large", "reader_fault"]
"""`data_error`: the content is broken or ambiguous. `not_a_table`: the file is something else. `no_rows`: nothing is
in it. `invalid_parse`: an option does not fit the file. `too_large`: over a limit, which the detail names.
`reader_fault`: Gradus' own fault."""
MAX_TEXT = 80


class Failure(BaseModel):
    """A refusal, as it travels from the reading process."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    code: FailureCode
    detail: str
    """A sentence that says what is wrong, where, and what to do."""
    file: str | None = None
    line: int | None = None
    """From 1."""
    byte: int | None = None
    """Offset in the file, or in what it decompresses to."""
    text: str = ""
    """At most 80 characters around the place."""
    patch: dict[str, Any] | None = None
    """The change of `parse` that would read the file."""


class ReadingFailed(Exception):
    """The files cannot be read."""

    def __init__(self, code: FailureCode, detail: str, **where: Any) -> None:
        """`where` has the other fields of `Failure`."""
        super().__init__(detail)
        self.failure = Failure(code=code, detail=detail, **where)
