"""Temporary folders for pieces of work, named by id and fencing token. Killed workers leave some behind."""

import logging
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy.orm import Session

from hub.database.database import DATABASE_AWAY
from hub.hub import Hub

TIDY_SECONDS = 60.0
"""Time between two searches for folders that killed workers have left."""

logger = logging.getLogger(__name__)


class WorkFolders:
    """The folders in one root, which the workers of a machine share."""

    def __init__(self, hub: Hub, root: Path, is_current: Callable[[Session, str, int], bool]) -> None:
        """`is_current` tells whether the work with an id and a fencing token may still be going on."""
        self._hub = hub
        self._root = root
        self._is_current = is_current
        self._tidied = -TIDY_SECONDS

    def path(self, id_: str, token: int) -> Path:
        """The folder for a piece of work, which creates the folder and deletes it at its end."""
        return self._root / f"{id_}-{token}"

    def tidy(self) -> None:
        """Delete folders of work that is over: its worker was killed. Does nothing if called again too soon."""
        if time.monotonic() - self._tidied < TIDY_SECONDS:
            return
        self._tidied = time.monotonic()
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            id_, _, token = folder.name.rpartition("-")
            with suppress(*DATABASE_AWAY), self._hub.read() as session:
                if not (token.isdecimal() and self._is_current(session, id_, int(token))):
                    logger.info("deleting %s, left behind by a lost worker", folder)
                    shutil.rmtree(folder, ignore_errors=True)
