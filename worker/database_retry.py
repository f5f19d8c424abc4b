"""Retries while the database is unavailable, so that computed results are not lost."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TypeVar

from sqlalchemy.orm import Session

from hub.database.database import DATABASE_AWAY
from hub.jobs.leases import AlreadyWritten, Lease

MAX_PAUSE_SECONDS = 2.0

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


def with_retry(
    enter: Callable[[], AbstractContextManager[Session]], act: Callable[[Session], Result], overdue: Callable[[], bool]
) -> Result:
    """Call `act` with a session; retry with exponential backoff while the database is unavailable.

    Every `act` is fenced by a lease, so a late retry cannot overwrite another worker's results. A retry may follow a
    commit whose acknowledgement was lost: `act` must detect that the write is already there, as leases and claims do.

    Raises:
        OperationalError: the database is unavailable and the shutdown is overdue.
    """
    pause = 0.05
    while True:
        try:
            with enter() as session:
                return act(session)
        except DATABASE_AWAY as error:
            if overdue():
                raise
            logger.warning("the database is unavailable, next attempt in %.2g s: %s", pause, str(error).splitlines()[0])
        time.sleep(pause)
        pause = min(2 * pause, MAX_PAUSE_SECONDS)


def write_once(
    enter: Callable[[], AbstractContextManager[Session]],
    lease: Lease,
    act: Callable[[Session, Lease], None],
    overdue: Callable[[], bool],
) -> None:
    """Call `act` with the lease, with retries, but write only once: a retry detects that an earlier attempt
    committed."""
    numbered = lease.for_one_write()
    with suppress(AlreadyWritten):
        with_retry(enter, lambda session: act(session, numbered), overdue)
