"""Signals by name."""

import signal


def signal_name(number: int) -> str:
    """`SIGKILL`, or the number in words: those for real-time use have no names."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
