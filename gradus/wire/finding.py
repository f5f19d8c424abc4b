"""Findings: what is wrong with a data set or an experiment, how that is known, and what to do about it."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from pydantic import Field

from gradus.wire.message import Message, Number
from gradus.wire.tolerant import Open

Severity = Literal["critical", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the gravest to the slightest; the first two are alarms."""


class Since(Message):
    """The first moment at which a finding about a run held."""

    epoch: int
    step: int


class Evidence(Message):
    """One measured value that supports a finding."""

    statistic: str
    layer: str | None = None
    column: str | None = None
    value: Number | str
    threshold: Number | None = None
    healthy: tuple[Number | None, Number | None] | None = None
    """Range of healthy values; null at an open end."""
    rows: tuple[int, ...] | None = None
    """Some of the rows that the value was measured on, from 0; at most 100."""


class Patch(Message):
    """A change that removes the cause."""

    patch: dict[str, Any]
    """RFC 7396 merge patch."""
    of: Literal["spec", "parse"] = "spec"
    """The document that it changes."""
    why: str
    predicted: dict[str, dict[str, Any]] = Field(default={})


class Finding(Message):
    """A finding. A data set's findings have a code that begins with `data_`."""

    id: str
    """The code, such as `data_leak`. At most one finding has this code for the same layer and column."""
    severity: Open[Severity]
    layer: str | None = None
    column: str | None = None
    since: Since | None = None
    evidence: tuple[Evidence, ...]
    because: str
    """Why this matters, in one sentence with its numbers."""
    consequence_of: str | None = None
    patches: tuple[Patch, ...] = ()
    verified: dict[str, Any] | None = None


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by severity, otherwise in their order. A severity that nobody here knows comes first."""
    return tuple(sorted(findings, key=lambda one: SEVERITIES.index(one.severity) if one.severity in SEVERITIES else 0))


class FindingPage(Message):
    """Findings, the root cause first."""

    data: tuple[Finding, ...]
    last_event: int = 0
