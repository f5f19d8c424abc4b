"""Entity tags: an experiment's version in quotes, and what it waits for while no worker serves it, which changes
without a version."""

import hashlib
import re
from collections.abc import Sequence

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_VERSION = re.compile(r'"(\d+)(-unserved.*)?"')


def etag(version: int, waiting_for: str | None = None) -> str:
    """The tag of this version; `waiting_for` as the answer has it."""
    return f'"{version}"' if waiting_for is None else f'"{version}-unserved-{_digest(waiting_for)}"'


def none_match(headers: Sequence[str], tag: str) -> bool:
    """Whether `If-None-Match` says that the client has this version. Weak comparison, as RFC 9110 wants it there."""
    return _any(headers) or any(opaque == tag for _, opaque in _tags(headers))


def match(headers: Sequence[str], version: int) -> bool:
    """Whether `If-Match` allows a change of this version, whatever it waited for. Strong comparison; without the header
    all is allowed."""
    return not headers or _any(headers) or any(not weak and _is_of(tag, version) for weak, tag in _tags(headers))


def _is_of(tag: str, version: int) -> bool:
    found = _VERSION.fullmatch(tag)
    return found is not None and found[1] == str(version)


def _any(headers: Sequence[str]) -> bool:
    return ",".join(headers).strip() == "*"


def _tags(headers: Sequence[str]) -> list[tuple[str, str]]:
    """The mark of a weak one, and the tag in its quotes."""
    return _TAG.findall(",".join(headers))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
