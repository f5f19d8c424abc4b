"""The database: one place that opens it, two ways to enter it, to read and to write."""

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
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from hub.database.disk_space import DiskSpace
from hub.database.write_lock import WriteLock
from hub.environment_errors import disk_full
from hub.tables import Table

if TYPE_CHECKING:  # its driver and its dialect take a quarter of a second to import, which a service on SQLite need not
    from sqlalchemy.dialects import postgresql

DATABASE_AWAY = (OperationalError, InterfaceError, NoConnection)
"""What SQLAlchemy raises when the database is down, locked, full or restarting. From a commit it may come although the
commit was done, and only its acknowledgement lost."""
PATIENCE = 30.0
"""Seconds that a writer of SQLite waits for others."""
WRITER_CACHE_KIB, READER_CACHE_KIB = 16 << 10, 4 << 10
"""Of SQLite's pages, for each connection: each of forty that have read a whole log keeps as much of it. What is not
there, the system has."""
_CLOCK = select(func.clock_timestamp())


class Database:
    """Engines for reading and writing. On SQLite a writer takes the write lock at once, so that it never has to
    fail halfway ("database is locked"); readers never wait."""

    def __init__(self, url: str, *, patient: bool = True) -> None:
        """Whoever is not patient hears of a Postgres that does not answer as of one that is away."""
        self.url = url
        self._turns: WriteLock | None = None
        self.room = DiskSpace(None)
        if make_url(url).get_backend_name() == "sqlite":
            file = Path(make_url(url).database or "")
            self._turns = WriteLock(f"{file}-turns", PATIENCE)
            self.room = DiskSpace(file.parent)
            self._writer = _sqlite(url, "BEGIN IMMEDIATE", WRITER_CACHE_KIB)
            self._reader = _sqlite(url, "BEGIN", READER_CACHE_KIB)
        else:
            from hub.database.postgres import ONE_MOMENT, postgres_engine  # noqa: PLC0415 (imports the driver)

            self._writer = postgres_engine(url, patient=patient)
            self._reader = self._writer.execution_options(**ONE_MOMENT)

    @property
    def engine(self) -> Engine:
        """The engine that writes."""
        return self._writer

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one consistent moment and keeps nothing."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends and rolls back when it raises."""
        turn = self._turns.turn() if self._turns else nullcontext()
        try:
            with turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
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
        """Close every connection that is not in use."""
        self._writer.dispose()
        self._reader.dispose()
        if self._turns:
            self._turns.close()


def insert_of(session: Session) -> "Callable[[type[Table]], sqlite.Insert | postgresql.Insert]":
    """The insert of the session's database, which can say what to do with a row that is there already."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 (by now its engine has imported it)

    return postgresql.insert


def now(session: Session) -> datetime:
    """The database's own clock, so that leases do not hang on the clocks of several machines agreeing."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    moment: datetime = session.execute(_CLOCK).scalar_one()
    return moment.astimezone(UTC)


def clock(session: Session) -> ColumnElement[datetime] | datetime:
    """The same for a condition. Postgres reads it when it looks at a row, maybe long after the statement was sent: a
    lease that somebody renewed meanwhile is none of the future."""
    return datetime.now(UTC) if session.get_bind().dialect.name == "sqlite" else func.clock_timestamp()


def _sqlite(url: str, begin: str, cache_kib: int) -> Engine:
    engine = create_engine(
        url,
        module=sqlite_module(),
        connect_args={"timeout": PATIENCE},
        pool_size=20,
        max_overflow=20,
        pool_use_lifo=True,  # few connections are in use most of the time, and those have their pages at hand
        hide_parameters=True,  # of statements in errors, which logs tell
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"cache_size=-{cache_kib}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sqlite_module() -> ModuleType:
    """A SQLite without the WAL-reset bug (3.51.3 or newer) where its wheel is installed, else Python's own."""
    name = "pysqlite3.dbapi2" if find_spec("pysqlite3") else "sqlite3"
    return import_module(name)
