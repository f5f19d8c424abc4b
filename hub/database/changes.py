"""Detects commits to the database: until the next commit, what was read before is still true."""

import threading
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from sqlalchemy import make_url

from hub.database.database import sqlite_module

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Changes:
    """Detects commits to a SQLite database by any process. This takes microseconds, so the event loop may do it.
    Thread-safe.

    `PRAGMA data_version` changes as soon as another connection has committed a change. This connection commits nothing.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self._file = parsed.database if parsed.get_backend_name() == "sqlite" else None
        self._lock = threading.Lock()
        self._sqlite = sqlite_module()
        self._connection: Any = None
        self._opened = 0

    def version(self) -> int | None:
        """A number that changes with each commit; None if the database cannot give it without waiting."""
        if self._file is None:
            return None
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._sqlite.connect(
                        self._file, timeout=0, isolation_level=None, check_same_thread=False
                    )
                    self._opened += 1
                ((version,),) = self._connection.execute("PRAGMA data_version").fetchall()
            except self._sqlite.Error:
                self._forget()
                return None
            return self._opened << 32 | int(version)  # each connection counts from the start

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Unchanged(Generic[K, V]):
    """A cache of what was read from the database, valid until the next commit. Thread-safe."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._version: int | None = None
        self._found: dict[K, V] = {}

    def get(self, version: int, key: K) -> V | None:
        """What was read for this key at `version`, which must be the current version of the database; None if nothing
        was read."""
        with self._lock:
            if version != self._version:
                self._version = version
                self._found.clear()
            return self._found.get(key)

    def put(self, version: int, key: K, value: V) -> None:
        """Keep what was read after the database had this version. It is dropped if `get` has seen another version
        since."""
        with self._lock:
            if version == self._version and len(self._found) < self._most:
                self._found[key] = value
