"""Where the processor time of a call goes, by a look at its stack every half millisecond."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from time import thread_time
from types import FrameType

INTERVAL = 0.0005

Name = Callable[[FrameType], str]
"""What to call the place that a stack stands at."""


def sampled(work: Callable[[], object], name: Name) -> Counter[str]:
    """Processor seconds of the main thread by place while it works: what else the machine does is not in them.

    Python hears the timer between two of its own instructions. A long call into C is therefore seen at its end, and
    gets all the time since the look before: a look has no more than one interval to give to the wrong place.
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
    """Module and function of a stack's frames, from the innermost."""
    while frame is not None:
        yield frame.f_globals.get("__name__", ""), frame.f_code.co_qualname
        frame = frame.f_back
