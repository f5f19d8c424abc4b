"""Sweeps as the server answers them."""

from enum import StrEnum
from typing import Any

from gradus.status import Status
from gradus.sweep.objective import Goal, Metric
from gradus.sweep.request import SweepRequest
from gradus.wire.experiment import Failure
from gradus.wire.message import Finite, Message, Moment, Number
from gradus.wire.tolerant import Document, Open, OpenStatus


class SweepStatus(StrEnum):
    """What the experiments of a sweep do, in one word."""

    QUEUED = "queued"
    """None has begun."""
    RUNNING = "running"
    """Some have begun, and some are not over."""
    PAUSED = "paused"
    """Those that are not over are paused."""
    SUCCEEDED = "succeeded"
    """All have succeeded."""
    FAILED = "failed"
    """All are over, and some have failed."""
    CANCELLED = "cancelled"
    """All are over, none has failed, and some were cancelled."""

    @property
    def final(self) -> bool:
        """Whether nothing follows by itself."""
        return self in {SweepStatus.SUCCEEDED, SweepStatus.FAILED, SweepStatus.CANCELLED}


class Difference(Message):
    """To the base, seed by seed, positive where the value is greater."""

    mean: Number
    ci95: tuple[Number, Number]
    """Its confidence interval by Student's t, wide enough for all differences of the sweep at once."""
    n: int
    """Seeds that both have a value for."""
    p_adjusted: Number
    """Holm's, over all differences of the sweep: below 0.05 wherever zero is outside `ci95`. It may be where zero is
    inside, for it asks for the sign alone; the verdict follows the interval."""


class Verdict(StrEnum):
    """A difference in a word."""

    BETTER = "better"
    """Than the base: zero is outside the interval, on the side of the goal."""
    WORSE = "worse"
    """Than the base: zero is outside the interval, on the other side."""
    CANNOT_TELL = "cannot tell"
    """Zero is inside the interval."""


class FailedMember(Message):
    """A member that failed, and why."""

    id: str
    seed: int
    error: Failure | None


class SweepResult(Message):
    """What one change of the base came to. The lists are in the order of the seeds."""

    label: str
    changes: dict[str, Any]
    """Values by path; for a variant its merge patch; empty for the base itself."""
    experiments: tuple[str, ...]
    """Ids of all its members, whatever became of them."""
    seeds: tuple[int, ...]
    statuses: tuple[OpenStatus, ...]
    values: tuple[Number | None, ...]
    """The objective in each member's best row; null for those that have not succeeded."""
    mean: Number | None
    """Of the values that are there."""
    std: Number | None
    """Their sample standard deviation; null for fewer than two."""
    ci95: tuple[Number, Number] | None
    """Student's t 95 % confidence interval of the mean, no narrower than the metric's grain: one example of those that
    an accuracy is measured on. Null for fewer than two values, and for losses that are all the same."""
    n: int
    """How many there are."""
    succeeded: int
    """Members that count for the ranking: they have succeeded, and have a value."""
    of: int
    """Those, and the ones that have failed. Members that are not over, or were cancelled, say nothing yet."""
    common_mean: Number | None
    """The mean over `common_seeds`: what the ranking goes by among changes with the same share of successes."""
    common_seeds: tuple[int, ...]
    """The seeds for which every change with the same share of successes has a value."""
    difference: Difference | None
    """To the base; null without a base, for the base itself, for fewer than two seeds in common, and where all seeds
    give the same difference of a loss."""
    verdict: Open[Verdict] | None
    """What the difference says of the change; null where there is none."""
    failed: tuple[FailedMember, ...]


class ObjectiveRecord(Message):
    """The number by which the members are compared."""

    metric: Open[Metric]
    goal: Open[Goal] | None = None
    """Which way is better."""


class SweepSummary(Message):
    """A sweep as a list shows it."""

    id: str
    name: str
    status: Open[SweepStatus]
    counts: dict[OpenStatus, int]
    """Members in each status."""
    objective: ObjectiveRecord
    created_at: Moment

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it by itself."""
        if isinstance(self.status, SweepStatus):
            return self.status.final
        return not any(isinstance(one, Status) and not one.final for one, count in self.counts.items() if count)

    @property
    def members_over(self) -> int:
        """Members of which nothing more will come, as far as their status is known here."""
        return sum(count for status, count in self.counts.items() if status.final)


class SweepRecord(SweepSummary):
    """A sweep: what was asked, how far it is, what came of it."""

    request: Document[SweepRequest]
    """With seeds and objective written out, and all that was added later."""
    base_label: str | None
    """The result that is the base itself; null if none is, and then there are no differences."""
    grain: Number | None
    """The smallest step between two values of the objective: one example of those that the accuracy is measured on,
    of the base if it is a result. Null for a loss, which has none."""
    waiting_for: str | None = None
    """While members are queued that no worker that is alive can train: what has to come; else null."""
    results: tuple[SweepResult, ...]
    """By the share of members that succeeded, then by `common_mean`, best first; those without a value last."""
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
    """An experiment that a sweep would have."""

    label: str
    seed: int
    changes: dict[str, Any]
    name: str
    parameters: int


class SweepDryRun(Message):
    """What a sweep comes to, without running or storing it."""

    request: Document[SweepRequest]
    base_label: str | None
    count: int
    """Experiments."""
    members: tuple[PlannedMember, ...]
    arrays: tuple[int, ...]
    """Experiments in each array that trains as one."""
    parameters: int
    """Learned numbers of all experiments together."""
    seconds: Finite | None
    """Estimate from earlier runs like these, with the workers that are alive; null without such runs."""


def sweep_status(counts: dict[Status, int]) -> SweepStatus:
    """The status of a sweep whose members are in these."""
    there = {status for status, count in counts.items() if count}
    going = {status for status in there if not status.final}
    if going:
        for status in (Status.QUEUED, Status.PAUSED):
            if going == {status} and (status is Status.PAUSED or there == going):
                return SweepStatus(status)
        return SweepStatus.RUNNING
    worst = (Status.FAILED, Status.CANCELLED)
    return next((SweepStatus(status) for status in worst if status in there), SweepStatus.SUCCEEDED)
