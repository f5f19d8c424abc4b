"""A sampling profiler for the CPU time of a call: samples the stack every half millisecond."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from time import thread_time
from types import FrameType

INTERVAL = 0.0005

Name = Callable[[FrameType], str]
"""Maps a stack to the name of a place."""


def sampled(work: Callable[[], object], name: Name) -> Counter[str]:
    """CPU seconds of the main thread by place. Other load on the machine is not included.

    Python handles the timer only between its own instructions. So a long call into C is sampled at its end, and gets
    all the time since the previous sample; at most one interval per sample is assigned to the wrong place.
    """
    seconds: Counter[str] = Counter()
    last = thread_time()

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal last
        moment = thread_time()
        if frame is not None:
            seconds[name(frame)] += moment - last  # type: ignore[assignment]
        last = moment

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, INTERVAL, INTERVAL)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return seconds


def frames(frame: FrameType | None) -> Iterator[tuple[str, str]]:
    """Module and function of a stack's frames, innermost first."""
    while frame is not None:
        yield frame.f_globals.get("__name__", ""), frame.f_code.co_qualname
        frame = frame.f_back
