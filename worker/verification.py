"""Checks the verification of a finding's patch when one of its experiments has ended."""

from collections.abc import Callable

from hub.hub import Hub
from hub.verifications import verifications
from worker.database_retry import with_retry


def look_after(hub: Hub, experiment_id: str, overdue: Callable[[], bool]) -> None:
    """If the experiment belongs to a verification, check whether its answer is known; then the remaining experiments
    are cancelled. If the worker is lost before this check, the end of the next experiment repeats it."""
    found = with_retry(hub.read, lambda session: verifications.open_of(session, experiment_id) is not None, overdue)
    if found:
        with_retry(hub.write, lambda session: verifications.look(session, experiment_id), overdue)
