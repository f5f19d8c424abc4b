"""Samples of a stack show where processor time is spent."""

from time import sleep, thread_time
from types import FrameType

import pytest

from benchmarks.sampling import frames, sampled


def busy(seconds: float) -> None:
    end = thread_time() + seconds
    while thread_time() < end:
        pass


def first() -> None:
    busy(0.1)


def second() -> None:
    busy(0.3)


def work() -> None:
    first()
    sleep(0.05)  # takes no processor time
    second()


def name(frame: FrameType) -> str:
    return next((function for _, function in frames(frame) if function in {"first", "second"}), "elsewhere")


def test_time_is_found_in_proportion_to_what_was_spent() -> None:
    seconds = sampled(work, name)
    assert seconds["first"] == pytest.approx(0.1, rel=0.3)
    assert seconds["second"] == pytest.approx(0.3, rel=0.3)
    assert seconds["elsewhere"] < 0.05
