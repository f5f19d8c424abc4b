"""Whether something was committed: what was read before then still holds if not."""

import threading
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from sqlalchemy import make_url

from hub.database.database import sqlite_module

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Changes:
    """Tells of commits to a SQLite database, by any process, in microseconds: the event loop may ask. Thread-safe.

    `PRAGMA data_version` differs as soon as another connection has committed a change, and this one commits nothing.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._file = parsed.database if parsed.get_backend_name() == "sqlite" else None
        self._lock = threading.Lock()
        self._sqlite = sqlite_module()
        self._connection: Any = None

    def version(self) -> int | None:
        """A number that is another after each commit; None if the database cannot tell without waiting."""
        if self._file is None:
            return None
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._sqlite.connect(
                        self._file, timeout=0, isolation_level=None, check_same_thread=False
                    )
                ((version,),) = self._connection.execute("PRAGMA data_version").fetchall()
            except self._sqlite.Error:
                self._forget()
                return None
            return int(version)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Unchanged(Generic[K, V]):
    """What was read from the database, until something is committed to it. Thread-safe."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._version: int | None = None
        self._found: dict[K, V] = {}

    def get(self, version: int, key: K) -> V | None:
        """What was read for this key at this version of the database, which is the present one."""
        with self._lock:
            if version != self._version:
                self._version = version
                self._found.clear()
            return self._found.get(key)

    def put(self, version: int, key: K, value: V) -> None:
        """Keep what was read after the database had this version. Dropped if `get` has seen another since."""
        with self._lock:
            if version == self._version and len(self._found) < self._most:
                self._found[key] = value
