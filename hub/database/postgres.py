"""Connections to Postgres, with timeouts for a server that no longer answers."""

from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import InternalError
from sqlalchemy.exc import OperationalError as ConnectionLost

ANSWER_SECONDS = 8.0
"""Timeout of a statement. The service's statements take less than a tenth of it. The connections of a paused server
stay open, and without the timeout callers would wait for the whole pause."""
CONNECTING: dict[str, Any] = {"connect_timeout": 3, "options": "-c idle_in_transaction_session_timeout=5s"}
"""The idle timeout releases the locks of a process that is frozen or disconnected within a transaction."""
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of read transactions: all statements see the same rows. They are part of BEGIN and cost no round trip."""

Answer = TypeVar("Answer")


class ImpatientConnection(Connection[Any]):
    """A connection whose statements time out after `ANSWER_SECONDS`."""

    def wait(self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = ANSWER_SECONDS) -> Answer:
        try:
            return super().wait(gen, interval, timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # the answer may still come, too late
                self.close()
            raise


def postgres_engine(url: str, *, patient: bool) -> Engine:
    """An engine that opens connections on demand. With `patient=True`, statements have no timeout."""
    engine = create_engine(
        url, pool_size=20, max_overflow=20, pool_pre_ping=True, connect_args=CONNECTING, hide_parameters=True
    )
    kind: type[Connection[Any]] = Connection if patient else ImpatientConnection

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Connection[Any]:
        return kind.connect(*arguments, **options)

    @event.listens_for(engine, "handle_error")
    def lost(context: ExceptionContext) -> None:
        """Treat a connection that Postgres closed after its idle timeout like any other lost connection."""
        error = context.sqlalchemy_exception
        if context.is_disconnect and isinstance(error, InternalError):
            raise ConnectionLost(error.statement, error.params, error.orig or error, connection_invalidated=True)

    return engine
