"""Sweeps in the server's responses."""

from enum import StrEnum
from typing import Any

from gradus.status import Status
from gradus.sweep.objective import Goal, Metric
from gradus.sweep.request import SweepRequest
from gradus.wire.experiment import Failure
from gradus.wire.message import Finite, Message, Moment, Number
from gradus.wire.tolerant import Document, Open, OpenStatus


class SweepStatus(StrEnum):
    """The status of a sweep, derived from its experiments."""

    QUEUED = "queued"
    """No experiment has begun."""
    RUNNING = "running"
    """Some experiments have begun, and some have not ended."""
    PAUSED = "paused"
    """All experiments that have not ended are paused."""
    SUCCEEDED = "succeeded"
    """All experiments have succeeded."""
    FAILED = "failed"
    """All experiments have ended, and some have failed."""
    CANCELLED = "cancelled"
    """All experiments have ended, none has failed, and some were cancelled."""

    @property
    def final(self) -> bool:
        """Whether all experiments have ended."""
        return self in {SweepStatus.SUCCEEDED, SweepStatus.FAILED, SweepStatus.CANCELLED}


class Difference(Message):
    """The mean difference to the base, paired by seed; positive if the change's values are greater."""

    mean: Number
    ci95: tuple[Number, Number]
    """Confidence interval of the mean by Student's t, corrected so that it holds for all differences of the sweep at
    once."""
    n: int
    """Number of seeds for which both have a value."""
    p_adjusted: Number
    """Holm's adjusted p-value over all differences of the sweep. It is below 0.05 whenever zero is outside `ci95`, and
    may be even if zero is inside, because it tests only the sign; the verdict follows the interval."""


class Verdict(StrEnum):
    """The verdict on a difference."""

    BETTER = "better"
    """Better than the base: zero is outside the interval, on the goal's side."""
    WORSE = "worse"
    """Worse than the base: zero is outside the interval, on the other side."""
    CANNOT_TELL = "cannot tell"
    """No clear difference: zero is inside the interval."""


class FailedMember(Message):
    """A member that failed, and why."""

    id: str
    seed: int
    error: Failure | None


class SweepResult(Message):
    """The result of one change of the base. The lists are in the order of the seeds."""

    label: str
    changes: dict[str, Any]
    """Values by path; for a variant its merge patch; empty for the base itself."""
    experiments: tuple[str, ...]
    """Ids of all its members, whatever their status."""
    seeds: tuple[int, ...]
    statuses: tuple[OpenStatus, ...]
    values: tuple[Number | None, ...]
    """The objective in each member's best row; null for members that have not succeeded."""
    mean: Number | None
    """Mean of the values that are not null."""
    std: Number | None
    """Sample standard deviation of the values that are not null; null for fewer than two."""
    ci95: tuple[Number, Number] | None
    """Student's t 95 % confidence interval of the mean, at least as wide as the metric's grain, which for an accuracy
    is one over the number of examples. Null for fewer than two values, and if all losses are equal."""
    n: int
    """Number of values that are not null."""
    succeeded: int
    """Number of members that have succeeded and have a value; the ranking uses it."""
    of: int
    """Number of members that have succeeded or failed. Members that have not ended or were cancelled do not count."""
    common_mean: Number | None
    """The mean over `common_seeds`, by which changes with the same share of successes are ranked."""
    common_seeds: tuple[int, ...]
    """The seeds for which every change with the same share of successes has a value."""
    difference: Difference | None
    """Difference to the base; null without a base, for the base itself, for fewer than two seeds in common, and if all
    seeds have the same difference of a loss."""
    verdict: Open[Verdict] | None
    """The verdict on the difference; null if there is no difference."""
    failed: tuple[FailedMember, ...]


class ObjectiveRecord(Message):
    """The metric by which the members are compared."""

    metric: Open[Metric]
    goal: Open[Goal] | None = None
    """Whether lower or higher values are better."""


class SweepSummary(Message):
    """A summary of a sweep, as in a list."""

    id: str
    name: str
    status: Open[SweepStatus]
    counts: dict[OpenStatus, int]
    """Number of members in each status."""
    objective: ObjectiveRecord
    created_at: Moment

    @property
    def over(self) -> bool:
        """Whether all members have ended."""
        if isinstance(self.status, SweepStatus):
            return self.status.final
        return not any(isinstance(one, Status) and not one.final for one, count in self.counts.items() if count)

    @property
    def members_over(self) -> int:
        """Number of members that have ended, as far as their status is known."""
        return sum(count for status, count in self.counts.items() if status.final)


class SweepRecord(SweepSummary):
    """A sweep: its request, its progress and its results."""

    request: Document[SweepRequest]
    """The request, with seeds and objective written out, and with all later extensions."""
    base_label: str | None
    """The label of the result that is the base itself; null if there is none, and then there are no differences."""
    grain: Number | None
    """The smallest step between two values of the objective: for an accuracy, one over the number of examples. Null for
    a loss, which has no smallest step."""
    waiting_for: str | None = None
    """What queued members wait for that no live worker can train; null if there are none."""
    results: tuple[SweepResult, ...]
    """The results by the share of members that succeeded, then by `common_mean`, best first; results without a value
    come last."""
    last_event: int = 0
    """The id in `/v1/events` of the newest event that this document already contains. To follow the members from here
    on, stream after it."""


class SweepPage(Message):
    """Sweeps, newest first."""

    data: tuple[SweepSummary, ...]
    next_cursor: str | None
    """Pass as `cursor` for the next page; null on the last."""
    last_event: int = 0
    """The id in `/v1/events` of the newest event that this page already contains."""


class PlannedMember(Message):
    """An experiment of a planned sweep."""

    label: str
    seed: int
    changes: dict[str, Any]
    name: str
    parameters: int


class SweepDryRun(Message):
    """The summary of a sweep, without running or storing it."""

    request: Document[SweepRequest]
    base_label: str | None
    count: int
    """Number of experiments."""
    members: tuple[PlannedMember, ...]
    arrays: tuple[int, ...]
    """Number of experiments in each array, which trains as one job."""
    parameters: int
    """Number of learned parameters of all experiments together."""
    seconds: Finite | None
    """Estimate of the duration from similar earlier runs, with the live workers; null without such runs."""


def sweep_status(counts: dict[Status, int]) -> SweepStatus:
    """The status of a sweep whose members have these statuses."""
    there = {status for status, count in counts.items() if count}
    going = {status for status in there if not status.final}
    if going:
        for status in (Status.QUEUED, Status.PAUSED):
            if going == {status} and (status is Status.PAUSED or there == going):
                return SweepStatus(status)
        return SweepStatus.RUNNING
    worst = (Status.FAILED, Status.CANCELLED)
    return next((SweepStatus(status) for status in worst if status in there), SweepStatus.SUCCEEDED)
