"""The error of text that breaks a rule, before its place in the file is known."""

from typing import Literal

from reading.failure import FailureCode

BrokenKind = Literal["quote", "bare_quote", "ragged"]


class Broken(Exception):
    """The text breaks a rule."""

    def __init__(
        self, line: int, column: int, message: str, code: FailureCode = "data_error", kind: BrokenKind = "quote"
    ) -> None:
        super().__init__(message)
        self.line, self.column = line, column
        """Line, counted from 1, and position of the character in it, counted from 0."""
        self.code, self.kind = code, kind
