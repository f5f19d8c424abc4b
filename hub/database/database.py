"""The database: the only place that opens connections, with read and write transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Engine, create_engine, event, func, make_url, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from hub.database.disk_space import DiskSpace
from hub.database.write_lock import WriteLock
from hub.disk_full import disk_full
from hub.tables import Table

if TYPE_CHECKING:  # importing Postgres' driver and dialect takes a quarter of a second, which a service on SQLite saves
    from sqlalchemy.dialects import postgresql

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
"""What SQLAlchemy raises when the database is down, locked, full or restarting. After such an error from a commit, the
result is unknown: the commit may have succeeded, and only its acknowledgement was lost."""
LOCK_TIMEOUT = 30.0
"""Seconds that a SQLite writer waits for other writers."""
WRITER_CACHE_KIB, READER_CACHE_KIB = 16 << 10, 4 << 10
"""SQLite's page cache for each connection. It is small because up to forty connections fill their caches when they read
long logs, and the operating system caches the file anyway."""
_CLOCK = select(func.clock_timestamp())


class Database:
    """Engines for reading and writing. On SQLite, a write transaction takes the write lock at its start, so that it
    never fails halfway with "database is locked"; readers never wait."""

    def __init__(self, url: str, *, patient: bool = True) -> None:
        """With `patient=False`, statements to a Postgres that does not answer fail after a timeout."""
        self.url = url
        self._write_lock: WriteLock | None = None
        self.room = DiskSpace(None)
        if make_url(url).get_backend_name() == "sqlite":
            file = Path(make_url(url).database or "")
            self._write_lock = WriteLock(f"{file}-turns", LOCK_TIMEOUT)
            self.room = DiskSpace(file.parent)
            self._writer = _sqlite(url, "BEGIN IMMEDIATE", WRITER_CACHE_KIB)
            self._reader = _sqlite(url, "BEGIN", READER_CACHE_KIB)
        else:
            from hub.database.postgres import SNAPSHOT, postgres_engine  # noqa: PLC0415 (imports the driver)

            self._writer = postgres_engine(url, patient=patient)
            self._reader = self._writer.execution_options(**SNAPSHOT)

    @property
    def engine(self) -> Engine:
        """The engine for writing."""
        return self._writer

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A read transaction: a session on one consistent snapshot, without changes."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A write transaction: a session that commits at the end of the block, or rolls back on an exception."""
        locked = self._write_lock.locked() if self._write_lock else nullcontext()
        try:
            with locked, Session(self._writer, expire_on_commit=False) as session, session.begin():
                yield session
        except DBAPIError as error:
            if disk_full(error):
                self.room.found(room=False)
            raise
        self.room.found(room=True)

    def ping(self) -> None:
        """Raise if the database does not answer."""
        with self.read() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._writer.dispose()
        self._reader.dispose()
        if self._write_lock:
            self._write_lock.close()


def insert_of(session: Session) -> "Callable[[type[Table]], sqlite.Insert | postgresql.Insert]":
    """The dialect's own `insert`, which supports ON CONFLICT."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 (by now its engine has imported it)

    return postgresql.insert


def now(session: Session) -> datetime:
    """The database's clock. Leases use it, so that they do not depend on synchronized clocks of several machines."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = session.execute(_CLOCK).scalar_one()
    return moment.astimezone(UTC)


def clock(session: Session) -> ColumnElement[datetime] | datetime:
    """The database's clock for a condition. Postgres evaluates it for each row, perhaps long after the statement was
    sent, so that a lease which was renewed in the meantime does not seem to lie in the future."""
    return datetime.now(UTC) if session.get_bind().dialect.name == "sqlite" else func.clock_timestamp()


def _sqlite(url: str, begin: str, cache_kib: int) -> Engine:
    engine = create_engine(
        url,
        module=sqlite_module(),
        connect_args={"timeout": LOCK_TIMEOUT},
        pool_size=20,
        max_overflow=20,
        pool_use_lifo=True,  # reuse the same few connections, whose page caches are filled
        hide_parameters=True,  # keep statements' parameters out of errors and logs
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be deferred
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"cache_size=-{cache_kib}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sqlite_module() -> ModuleType:
    """The SQLite of the pysqlite3 wheel, without the WAL-reset bug (3.51.3 or newer), if installed; else Python's."""
    name = "pysqlite3.dbapi2" if find_spec("pysqlite3") else "sqlite3"
    return import_module(name)
