"""Findings: problems of a data set or an experiment, each with its evidence and with ways to solve it."""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from pydantic import Field

from gradus.wire.message import Message, Number
from gradus.wire.tolerant import Open

Severity = Literal["critical", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From most to least severe; the first two are alarms."""


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
    """The document that the patch changes."""
    why: str
    predicted: dict[str, dict[str, Any]] = Field(default={})


class Verified(Message):
    """The result of verifying a patch by training with and without it, paired by seed."""

    patch: dict[str, Any]
    gain: Number | None
    """Mean difference of the metric, positive where the patch is better; null if no pair has values."""
    ci95: tuple[Number, Number] | None
    """Its 95 % confidence interval, which holds although training stops as soon as it excludes 0."""
    seeds: int
    """Number of pairs that were compared, without those in which a run was deleted, or failed without having
    diverged."""
    experiments: tuple[str, ...]
    """Ids of all experiments, including those that were cancelled because the result was already clear."""
    metric: str | None = None
    """The metric that is compared, at the best epoch. A run that diverged counts as a guess."""
    decided: bool = False
    """Whether the interval excludes 0, or every run diverged without the patch and none with it, or vice versa."""
    failed_without: int = 0
    """Pairs whose run diverged without the patch."""
    failed_with: int = 0
    """Pairs whose run diverged with it."""
    sweep_id: str | None = None


class Verifying(Message):
    """A verification in progress."""

    patch: dict[str, Any]
    sweep_id: str
    """The sweep whose experiments train."""
    done: int
    """Number of pairs that have ended."""
    seeds: int
    """Maximum number of pairs."""


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
    verified: Verified | None = None
    """The result of the verification of one of the patches; null before it."""
    verifying: Verifying | None = None
    """The verification that is in progress, if one is."""

    @property
    def name(self) -> str:
        """The finding's name in requests and commands: `data_leak:balance`, `dead_relu:layers/1`, `diverged`."""
        place = self.column or self.layer
        return f"{self.id}:{place}" if place else self.id

    @property
    def key(self) -> str:
        """The identity of a finding, without its layer: at another time, the same finding about a network may name
        another layer."""
        return f"{self.id}:{self.column}" if self.column else self.id


def gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings sorted by severity, otherwise in their order. An unknown severity comes first."""
    return tuple(sorted(findings, key=lambda one: SEVERITIES.index(one.severity) if one.severity in SEVERITIES else 0))


class FindingPage(Message):
    """Findings, the root cause first."""

    data: tuple[Finding, ...]
    last_event: int = 0
    predicting: bool = False
    """Whether the patches are still being probed: request the page again later for their predicted effects."""
