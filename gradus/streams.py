"""Standard streams whose encoding may not support all characters."""

import sys
from io import TextIOWrapper


def tolerate_any_text() -> None:
    r"""Write characters that the output's encoding lacks as escapes such as `\u6f22`, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def writes_unicode() -> bool:
    """Whether the standard output supports all characters."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().replace("-", "").replace("_", "").startswith("utf")
