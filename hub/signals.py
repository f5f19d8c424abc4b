"""Names of signals."""

import signal


def signal_name(number: int) -> str:
    """The name, such as `SIGKILL`, or `signal 34`: real-time signals have no names."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
