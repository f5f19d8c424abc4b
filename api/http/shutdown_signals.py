"""Early notice of shutdown signals. The server tells the application to stop only after open streams have ended, so
streams must be ended by the signal itself."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def on_signal(stop: Callable[[], None]) -> None:
    """Call `stop` in this event loop on SIGTERM and SIGINT, then call the previous signal handler.

    Only the main thread receives signals. An application in another thread must be stopped by the code that started it.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        signal.signal(number, _chained(loop, stop, signal.getsignal(number)))


def _chained(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], before: Any) -> Callable[[int, Any], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop)
        if callable(before):
            before(number, frame)

    return handle
