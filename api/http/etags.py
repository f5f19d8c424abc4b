"""Entity tags: an experiment's version in quotes, and a digest of what its answer says of others, which changes without
a version: what it waits for while no worker serves it, and what it changes of the experiment that it was made of."""

import hashlib
import re
from collections.abc import Sequence

from gradus.wire.experiment import ExperimentRecord

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_VERSION = re.compile(r'"(\d+)(-of-others-[0-9a-f]{8})?"')


def etag_of(version: int, seen: ExperimentRecord) -> str:
    """The tag of an experiment's answer."""
    return etag(version, seen.waiting_for, seen.changes)


def etag(version: int, *of_others: object) -> str:
    """The tag of this version, and of what the answer says of others; None says nothing."""
    told = [one for one in of_others if one is not None]
    return f'"{version}-of-others-{_digest(repr(told))}"' if told else f'"{version}"'


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
