"""When a run checks whether others wait, and how long it waits for its members to stop."""

from worker.stops import Stops
from worker.turn import LOOK_SECONDS, Turn


class Clock:
    """A clock that only the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_run_looks_at_the_end_of_an_epoch_once_its_turn_is_over() -> None:
    clock = Clock()
    turn = Turn(10, clock)
    turn.begin_epoch(first=True)
    clock.now += 6
    turn.begin_epoch()
    assert not turn.is_due(), "the turn is not over"
    clock.now += 6
    assert not turn.is_due(), "the turn is over, the epoch is not"
    turn.begin_epoch()
    assert turn.is_due()
    clock.now += LOOK_SECONDS / 2
    turn.begin_epoch()
    assert not turn.is_due(), "it has just looked"
    clock.now += LOOK_SECONDS / 2
    turn.begin_epoch()
    assert turn.is_due()


def test_a_run_looks_within_an_epoch_that_takes_longer_than_a_turn() -> None:
    clock = Clock()
    turn = Turn(10, clock)
    clock.now += 100
    assert not turn.is_due(), "it still loads its data"
    turn.begin_epoch(first=True)
    clock.now += 9
    assert not turn.is_due()
    clock.now += 1
    assert [turn.is_due(), turn.is_due()] == [True, False]


def test_a_member_is_told_once_to_stop_and_keeps_its_earliest_deadline() -> None:
    clock = Clock()
    stops = Stops(clock)
    assert stops.ask(["a", "b"], 30) == ("a", "b")
    assert stops.ask(["b", "c"], 1) == ("c",)
    assert stops.among({"a", "d"}) == {"a"}
    assert stops.overdue({"a", "b", "c"}) == []
    clock.now += 2
    assert stops.ask(["b"], 1) == ()
    assert stops.overdue({"a", "b", "c"}) == ["b", "c"]
    clock.now += 28
    assert stops.overdue({"a", "c"}) == ["a", "c"]
