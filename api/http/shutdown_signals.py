"""Hearing of the end in time: the server waits for open streams before it tells the application to stop."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def on_signal(stop: Callable[[], None]) -> None:
    """Let `stop` run in this event loop when the process is told to end, and then whatever ran before.

    Signals reach the main thread alone: an application that runs in another one is stopped by whoever started it.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        signal.signal(number, _chained(loop, stop, signal.getsignal(number)))


def _chained(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], before: Any) -> Callable[[int, Any], None]:
    def hear(number: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop)
        if callable(before):
            before(number, frame)

    return hear
