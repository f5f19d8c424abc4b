"""Trainers of free slots are stopped when there are no jobs."""

from worker.free_slots import REST_SECONDS, FreeSlots
from worker.slot import Slot


class Trainer(Slot):
    """A substitute for a slot, whose trainer starts at once."""

    def __init__(self, *, is_warm: bool = True) -> None:
        self.trains = is_warm

    @property
    def is_warm(self) -> bool:
        return self.trains

    def close(self) -> None:
        self.trains = False


def test_the_slot_that_was_used_last_is_given_out_first() -> None:
    first, second, third = Trainer(), Trainer(), Trainer()
    free = FreeSlots()
    for slot in (first, second, third):
        free.put(slot)
    assert free.take() is third
    free.put(third)
    assert [free.take() for _ in range(3)] == [third, second, first]
    assert not free


def test_trainers_end_after_a_minute_without_jobs_but_for_one() -> None:
    now = 0.0
    free = FreeSlots(lambda: now)
    first, second, third = Trainer(), Trainer(), Trainer()
    for slot in (first, second, third):
        free.put(slot)
    now = REST_SECONDS
    free.rest()
    assert all(slot.trains for slot in (first, second, third)), "not longer than a minute yet"
    now += 1
    free.rest()
    assert [slot.trains for slot in (first, second, third)] == [False, False, True]
    assert [free.take() for _ in range(3)] == [third, first, second], "all can be used again, the warm one first"


def test_no_trainer_stays_with_a_worker_that_is_rarely_asked() -> None:
    now = 0.0
    free = FreeSlots(lambda: now)
    only = Trainer()
    free.put(only)
    now = REST_SECONDS + 1
    free.rest(kept=0)
    assert not only.trains


def test_a_slot_that_trains_does_not_rest() -> None:
    now = 0.0
    free = FreeSlots(lambda: now)
    busy, idle = Trainer(), Trainer()
    free.put(idle)
    free.put(busy)
    assert free.take() is busy
    now = 10 * REST_SECONDS
    free.rest()
    assert busy.trains
    assert idle.trains, "the next job should find a warm one"
