"""What follows from the end of an experiment that verifies a finding's patch."""

from collections.abc import Callable

from hub.hub import Hub
from hub.verifications import verifications
from worker.database_retry import with_retry


def look_after(hub: Hub, experiment_id: str, overdue: Callable[[], bool]) -> None:
    """Look whether the answer of its verification is known, if it belongs to one: then the rest is cancelled. If the
    worker is lost before it looks, the end of the next experiment looks."""
    found = with_retry(hub.read, lambda session: verifications.open_of(session, experiment_id) is not None, overdue)
    if found:
        with_retry(hub.write, lambda session: verifications.look(session, experiment_id), overdue)
