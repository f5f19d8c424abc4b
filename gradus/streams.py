"""The standard streams of a program, whatever their encoding can write."""

import sys
from io import TextIOWrapper


def tolerate_any_text() -> None:
    r"""Let no letter end the program: what the output's encoding does not have is written as `\u6f22`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def writes_unicode() -> bool:
    """Whether the standard output takes every letter as it is."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").replace("_", "").startswith("utf")
