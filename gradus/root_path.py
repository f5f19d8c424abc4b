"""The path below which a proxy serves the service: `/gradus` of `https://lab.example/gradus/`."""

import re
from urllib.parse import quote, unquote

ROOT_PATH = "GRADUS_ROOT_PATH"
"""Environment: the path, where no option names it."""
_LONGEST = 200
_SEGMENTS = re.compile(r"(/(?!\.{1,2}(?:/|$))[^\x00-\x20\x7f-\x9f/\\?#]+)+")
"""None is empty, and none leads to another place."""


def root_path(text: str) -> str | None:
    """The path that the text names, unescaped and without a slash at its end, "" for the top; None if it is no path."""
    given = text.strip()
    path = unquote(given).rstrip("/")
    whole = path == "" or (path.isprintable() and _SEGMENTS.fullmatch(path) is not None)
    return path if whole and given[:1] in {"", "/"} and len(path) <= _LONGEST else None


def escaped(path: str) -> str:
    """The path as it stands in an address; there it may stand in HTML and in a header, too."""
    return quote(path, safe="/@:+=~,!$*()")
