"""Entity tags: an experiment's version, and a digest of those parts of its response that change without a new version:
its position in the queue, why it waits while no worker can take it, and how it differs from the experiment that it was
forked from."""

import hashlib
import re
from collections.abc import Sequence

from gradus.wire.experiment import ExperimentRecord

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_VERSION = re.compile(r'"(\d+)(-of-others-[0-9a-f]{8})?"')


def etag_of(version: int, seen: ExperimentRecord) -> str:
    """The entity tag of an experiment's response."""
    return etag(version, seen.queue and seen.queue.position, seen.waiting_for, seen.changes)


def etag(version: int, *unversioned: object) -> str:
    """The entity tag of this version, with a digest of the unversioned values that are not None."""
    present = [value for value in unversioned if value is not None]
    return f'"{version}-of-others-{_digest(repr(present))}"' if present else f'"{version}"'


def none_match(headers: Sequence[str], tag: str) -> bool:
    """Whether `If-None-Match` names this tag. The comparison is weak, as RFC 9110 requires for this header."""
    return _any(headers) or any(opaque == tag for _, opaque in _tags(headers))


def match(headers: Sequence[str], version: int) -> bool:
    """Whether `If-Match` allows a change of this version. The digest is ignored, and the comparison is strong. Without
    the header, every change is allowed."""
    return not headers or _any(headers) or any(not weak and _is_of(tag, version) for weak, tag in _tags(headers))


def _is_of(tag: str, version: int) -> bool:
    found = _VERSION.fullmatch(tag)
    return found is not None and found[1] == str(version)


def _any(headers: Sequence[str]) -> bool:
    return ",".join(headers).strip() == "*"


def _tags(headers: Sequence[str]) -> list[tuple[str, str]]:
    """For each tag: the prefix `W/` of a weak tag or "", and the tag in its quotes."""
    return _TAG.findall(",".join(headers))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
