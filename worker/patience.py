"""Waiting for a database that is away: what has been computed is kept until it can be written."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

DATABASE_AWAY = (OperationalError, InterfaceError, NoConnection)
"""What SQLAlchemy raises when the database is down, locked, full or restarting."""
LONGEST_PAUSE = 2.0

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


def patiently(
    enter: Callable[[], AbstractContextManager[Session]], act: Callable[[Session], Result], overdue: Callable[[], bool]
) -> Result:
    """Do `act` in a session, again and again while the database is away, with growing pauses.

    Every `act` is fenced by a lease: however long it took, it cannot write over another worker's work.

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
