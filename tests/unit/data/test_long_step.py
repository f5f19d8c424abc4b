"""The progress of a long step: reported at most once a second and once a percent, and never for a short step."""

from gradus.wire.event import StepProgress
from worker.data.long_step import LongStep


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def told(total: int | None, *reached: tuple[float, int], end: int) -> list[tuple[int, int | None]]:
    """The reports of a step that has done so much after so many seconds, for each pair in `reached`."""
    clock, said = Clock(), list[tuple[int, int | None]]()

    def say(news: str | StepProgress) -> None:
        assert isinstance(news, StepProgress)
        assert (news.what, news.unit) == ("copying", "bytes")
        said.append((news.done, news.total))

    step = LongStep("copying", total, "bytes", say, clock)
    for seconds, done in reached:
        clock.now = 100.0 + seconds
        step.reached(done)
    step.end(end)
    return said


def test_of_a_short_step_nothing_is_told() -> None:
    assert told(100, (0.3, 50), (0.9, 90), end=100) == []


def test_a_long_step_is_told_once_a_second() -> None:
    assert told(100, (0.5, 10), (1.0, 20), (1.5, 30), (2.1, 40), end=100) == [(20, 100), (40, 100), (100, 100)]


def test_a_slow_step_is_told_once_a_percent() -> None:
    assert told(1000, (1, 5), (2, 9), (3, 10), (4, 19), (5, 20), end=1000) == [(10, 1000), (20, 1000), (1000, 1000)]


def test_what_has_no_known_end_is_told_with_none_until_it_is_over() -> None:
    assert told(None, (1, 5), (2, 9), end=12) == [(5, None), (9, None), (12, 12)]


def test_the_end_is_told_once() -> None:
    assert told(10, (1, 5), (2, 10), end=10) == [(5, 10), (10, 10)]
