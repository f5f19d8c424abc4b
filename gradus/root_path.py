"""The path prefix under which a proxy serves the service: `/gradus` for `https://lab.example/gradus/`."""

import re
from urllib.parse import quote, unquote

ROOT_PATH = "GRADUS_ROOT_PATH"
"""Environment variable with the path, if no option sets it."""
_LONGEST = 200
_SEGMENTS = re.compile(r"(/(?!\.{1,2}(?:/|$))[^\x00-\x20\x7f-\x9f/\\?#]+)+")
"""Segments are not empty, and not `.` or `..`."""


def root_path(text: str) -> str | None:
    """The path in the text, unescaped and without a trailing slash, "" for the root; None if it is not a valid path."""
    given = text.strip()
    path = unquote(given).rstrip("/")
    whole = path == "" or (path.isprintable() and _SEGMENTS.fullmatch(path) is not None)
    return path if whole and given[:1] in {"", "/"} and len(path) <= _LONGEST else None


def escaped(path: str) -> str:
    """The path escaped for a URL; the result is also safe in HTML and in a header."""
    return quote(path, safe="/@:+=~,!$*()")
