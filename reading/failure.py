"""Why a file was not read."""

from pathlib import Path
from typing import Any, Literal

FailureCode = Literal[
    "data_error",
    "not_a_table",
    "no_rows",
    "invalid_parse",
    "unknown_column",
    "too_large",
    "disk_full",
    "machine_error",
    "reader_fault",
]
"""`data_error`: the content is broken or ambiguous. `not_a_table`: the file is something else. `no_rows`: nothing is
in it. `invalid_parse`: an option does not fit the file. `unknown_column`: the file has no column of this name.
`too_large`: over a limit, which the message names. `disk_full`, `machine_error`: nothing is wrong with the file, and
later it may be read; the machine has no room, or refused something else to the reading process.
`reader_fault`: a fault of Gradus itself."""

NOT_OF_FILE = frozenset[FailureCode]({"disk_full", "machine_error"})
"""Codes of failures after which the same file may be read later."""
LOGGED = frozenset[FailureCode]({"machine_error", "reader_fault"})
"""Codes of failures that the operator is to know about."""
AROUND = 80
"""Characters that are shown around the place of an error."""


class ReadingFailed(Exception):
    """A file cannot be read as a table without a guess that might be wrong.

    The message is a sentence that says what to do. `option` is a merge patch of `parse` that would read the file.
    """

    def __init__(
        self,
        code: FailureCode,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        byte: int | None = None,
        around: str | None = None,
        option: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        """The line, counted from 1."""
        self.byte = byte
        """Position of the byte in the file as it was sent, counted from 0."""
        self.around = around
        self.option = option

    def record(self) -> dict[str, Any]:
        """The failure as a JSON object."""
        return {
            "code": self.code,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "byte": self.byte,
            "around": self.around,
            "option": self.option,
        }


def disk_full(folder: Path) -> ReadingFailed:
    """The failure of a reading that had no room to write into this folder."""
    return ReadingFailed("disk_full", f"the disk of {folder} is full: nothing is wrong with the file")


def out_of_memory(memory_mib: int) -> ReadingFailed:
    """The failure of a reading that needed more memory than allowed."""
    return ReadingFailed("too_large", f"Reading needs more than {memory_mib} MiB of memory.")
