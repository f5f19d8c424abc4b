"""A background task continues after any error, and a worker that can do no work ends."""

import logging
import threading

import pytest
import redis

from worker.background import every
from worker.shutdown import Shutdown
from worker.watchdog import MAX_FAILED_CHECKS, Watchdog


class Ends(Shutdown):
    """A shutdown that only the test begins, and that ends no process."""

    def __init__(self) -> None:
        super().__init__()
        self.end = threading.Event()

    @property
    def begun(self) -> bool:
        return self.end.is_set()

    def wait(self, seconds: float) -> bool:
        return self.end.wait(seconds)


@pytest.mark.parametrize("error", [TypeError("'<' not supported"), RuntimeError(), UnicodeError("x"), RecursionError()])
def test_a_duty_outlives_an_error_that_nobody_expected(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    shutdown, calls = Ends(), list[int]()

    def task() -> None:
        calls.append(1)
        if len(calls) > 2:
            shutdown.end.set()
        raise error

    every(0.001, task, shutdown).join(10)
    assert len(calls) == 3
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 3
    assert type(error).__name__ in caplog.text


class Queue:
    """A queue whose numbers of waiting messages the test sets; None while Redis is away. With `refuses`, Redis refuses
    writes."""

    def __init__(self) -> None:
        self.waiting: dict[str, int] | None = {"auto": 0, "cpu": 1}
        self.refuses = False

    def check(self) -> None:
        if self.refuses:
            raise redis.ResponseError("MISCONF Errors writing to the AOF file: No space left on device")

    def depth(self, device: str) -> int:
        if self.waiting is None:
            raise redis.ConnectionError
        return self.waiting[device]


class SlotPool:
    """A pool with a free slot that takes no messages, unless the test changes this."""

    has_free_slot = True
    messages_received = 0


def watched(queue: Queue, slots: SlotPool) -> tuple[Watchdog, list[str]]:
    bites: list[str] = []
    return Watchdog(queue, ("auto", "cpu"), slots, lambda: bites.append("bite")), bites


def test_a_watchdog_bites_when_nothing_was_taken_for_a_minute_though_messages_wait() -> None:
    dog, bites = watched(Queue(), SlotPool())
    for _ in range(MAX_FAILED_CHECKS - 1):
        dog.check()
    assert not bites
    dog.check()
    assert bites


@pytest.mark.parametrize("change", ["received", "full", "empty", "away", "refuses"])
def test_a_watchdog_begins_to_count_anew_with_every_sign_that_all_is_well(change: str) -> None:
    queue, slots = Queue(), SlotPool()
    dog, bites = watched(queue, slots)
    for _ in range(2):
        for _ in range(MAX_FAILED_CHECKS - 1):
            dog.check()
        slots.messages_received += change == "received"
        slots.has_free_slot = change != "full"
        queue.refuses = change == "refuses"
        queue.waiting = {"empty": {"auto": 0, "cpu": 0}, "away": None}.get(change, queue.waiting)
        dog.check()
        slots.has_free_slot, queue.refuses, queue.waiting = True, False, {"auto": 0, "cpu": 1}
    assert not bites
