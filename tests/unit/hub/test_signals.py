"""Signals by name."""

import signal

from hub.signals import signal_name


def test_every_signal_has_a_name_or_is_called_by_its_number() -> None:
    assert signal_name(signal.SIGKILL) == "SIGKILL"
    assert signal_name(signal.SIGRTMIN + 6) == f"signal {signal.SIGRTMIN + 6}"
    assert all(map(signal_name, range(1, signal.NSIG)))
