"""Entity tags: an experiment's version in quotes."""

import re
from collections.abc import Sequence

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def etag(version: int) -> str:
    """The tag of this version."""
    return f'"{version}"'


def none_match(headers: Sequence[str], tag: str) -> bool:
    """Whether `If-None-Match` says that the client has this version. Weak comparison, as RFC 9110 wants it there."""
    return _named(headers, tag, weak=True)


def match(headers: Sequence[str], tag: str) -> bool:
    """Whether `If-Match` allows a change of this version. Strong comparison; without the header all is allowed."""
    return not headers or _named(headers, tag, weak=False)


def _named(headers: Sequence[str], tag: str, *, weak: bool) -> bool:
    text = ",".join(headers)
    return text.strip() == "*" or any(
        opaque == tag and (weak or not weakness) for weakness, opaque in _TAG.findall(text)
    )
