"""Decides whether parts that keep dying end the service, and writes the error about it."""

from collections.abc import Sequence

from gradus.errors import Unavailable
from hub.embedded.restarts import RestartedPart


def fatal(required: Sequence[RestartedPart], workers: Sequence[RestartedPart]) -> RestartedPart | None:
    """The part whose end also ends the service, if there is one: a required part that is not restarted again, or the
    last worker."""
    lost = [one for one in required if one.given_up]
    return next(iter(lost or [one for one in workers if all(other.given_up for other in workers)]), None)


def failure(lost: RestartedPart, what: str, hint: str | None = None) -> Unavailable:
    """The error that names the part, the last line of its log, and the log."""
    log = lost.part.log
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    said = f"{lost.part.name} {what} ({lines[-1] if lines else 'no message'}): see {log}"
    return Unavailable(f"{said}; {hint}" if hint else said)
