"""Waiting for a database that is away: what has been computed is kept until it can be written."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TypeVar

from sqlalchemy.orm import Session

from hub.database.database import DATABASE_AWAY
from hub.jobs.leases import AlreadyWritten, Lease

LONGEST_PAUSE = 2.0

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


def patiently(
    enter: Callable[[], AbstractContextManager[Session]], act: Callable[[Session], Result], overdue: Callable[[], bool]
) -> Result:
    """Do `act` in a session, again and again while the database is away, with growing pauses.

    Every `act` is fenced by a lease: however long it took, it cannot write over another worker's work. It may be done
    again although its commit succeeded, when only the acknowledgement was lost: it has to know that by itself, as
    leases and claims do.

    Raises:
        OperationalError: the database is away, and the worker is overdue.
    """
    pause = 0.05
    while True:
        try:
            with enter() as session:
                return act(session)
        except DATABASE_AWAY as error:
            if overdue():
                raise
            logger.warning("the database is away, trying again in %.2g s: %s", pause, str(error).splitlines()[0])
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def write_once(
    enter: Callable[[], AbstractContextManager[Session]],
    lease: Lease,
    act: Callable[[Session, Lease], None],
    overdue: Callable[[], bool],
) -> None:
    """Do `act` under the lease as `patiently` does, and once: a repeat finds out that the first was committed."""
    numbered = lease.for_one_write()
    with suppress(AlreadyWritten):
        patiently(enter, lambda session: act(session, numbered), overdue)
