"""Lets SIGTERM run `finally` blocks, because what a benchmark has started must not outlive it."""

import signal
import sys


def unwind_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does. Call it in the main thread, before anything is started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
