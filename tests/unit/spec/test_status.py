"""The table of allowed changes of status."""

import pytest

from gradus.status import FINAL, TRANSITIONS, Status


def reachable(start: Status) -> set[Status]:
    found, left = set[Status](), [start]
    while left:
        following = TRANSITIONS[left.pop()] - found
        found |= following
        left.extend(following)
    return found


def test_every_status_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Status)


@pytest.mark.parametrize("status", Status)
def test_nothing_follows_itself(status: Status) -> None:
    assert status not in TRANSITIONS[status]


@pytest.mark.parametrize("status", Status)
def test_everything_can_come_to_every_end(status: Status) -> None:
    assert reachable(status) >= FINAL


@pytest.mark.parametrize("status", Status)
def test_a_run_begins_in_the_queue_alone(status: Status) -> None:
    assert (Status.RUNNING in TRANSITIONS[status]) == (status is Status.QUEUED)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_an_end_leads_nowhere_but_to_the_queue(status: Status) -> None:
    assert status.final
    assert TRANSITIONS[status] == {Status.QUEUED}


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.PAUSED])
def test_whatever_is_not_over_can_be_cancelled(status: Status) -> None:
    assert not status.final
    assert Status.CANCELLED in TRANSITIONS[status]


def test_only_a_running_experiment_succeeds() -> None:
    assert [status for status in Status if Status.SUCCEEDED in TRANSITIONS[status]] == [Status.RUNNING]
