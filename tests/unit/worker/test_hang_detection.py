"""When a trainer counts as hanging, and when it is only slow, waits, or was not listened to."""

from worker.hang_detection import FACTOR, MIN_POLLS, HangDetector


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def hangs_after(detector: HangDetector, clock: Clock, every: float = 0.5, most: float = 10_000.0) -> float | None:
    """Seconds of silence after which the trainer counts as hanging, if it is checked at these intervals; None if it
    never does."""
    began = clock.now
    while clock.now - began < most:
        clock.now += every
        if detector.record_silence():
            return clock.now - began
    return None


def test_a_minute_of_silence_is_a_hang() -> None:
    clock = Clock()
    assert hangs_after(HangDetector(60.0, clock), clock) == 60.0


def test_after_long_pieces_of_work_a_silence_must_be_longer() -> None:
    clock = Clock()
    detector = HangDetector(60.0, clock)
    for longest in (0.1, 10.0, 2.0):
        detector.record_progress(longest)
    assert hangs_after(detector, clock) == 10.0 * FACTOR


def test_every_sign_of_progress_ends_a_silence() -> None:
    clock = Clock()
    detector = HangDetector(60.0, clock)
    for _ in range(10):
        assert hangs_after(detector, clock, most=59.0) is None
        detector.record_progress()
    assert hangs_after(detector, clock) == 60.0


def test_a_worker_that_was_frozen_listens_before_it_judges() -> None:
    clock = Clock()
    detector = HangDetector(60.0, clock)
    clock.now += 3600.0
    assert not detector.record_silence()
    detector.record_progress()
    clock.now += 3600.0
    assert not detector.record_silence()
    assert hangs_after(detector, clock) == 60.0 - 60.0 / MIN_POLLS
