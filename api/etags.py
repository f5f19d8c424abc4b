"""Entity tags: an experiment's version in quotes, marked while no worker serves it: that changes without a version."""

import re
from collections.abc import Sequence

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def etag(version: int, *, unserved: bool = False) -> str:
    """The tag of this version; `unserved` where the answer says that it waits for a worker that is not there."""
    return f'"{version}-unserved"' if unserved else f'"{version}"'


def none_match(headers: Sequence[str], tag: str) -> bool:
    """Whether `If-None-Match` says that the client has this version. Weak comparison, as RFC 9110 wants it there."""
    return _named(headers, tag, weak=True)


def match(headers: Sequence[str], version: int) -> bool:
    """Whether `If-Match` allows a change of this version. Strong comparison; without the header all is allowed."""
    tags = (etag(version), etag(version, unserved=True))
    return not headers or any(_named(headers, tag, weak=False) for tag in tags)


def _named(headers: Sequence[str], tag: str, *, weak: bool) -> bool:
    text = ",".join(headers)
    return text.strip() == "*" or any(
        opaque == tag and (weak or not weakness) for weakness, opaque in _TAG.findall(text)
    )
