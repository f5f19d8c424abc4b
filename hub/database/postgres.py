"""Connections to Postgres that give up on a server which no longer answers."""

from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import InternalError
from sqlalchemy.exc import OperationalError as Lost

ANSWER_SECONDS = 8.0
"""For one statement; none of the service's takes a tenth of it. A server that is paused keeps its connections: who asks
it would wait as long as the pause."""
_CONNECTING = {"connect_timeout": 3, "options": "-c idle_in_transaction_session_timeout=5s"}
"""A process that is frozen, or cut off, in the middle of a transaction must not keep its locks from all others."""
ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Of transactions that read: all their statements see the same rows. It is said in the BEGIN, without a round trip."""

Answer = TypeVar("Answer")


class ImpatientConnection(Connection[Any]):
    """Gives up after `ANSWER_SECONDS`."""

    def wait(self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = ANSWER_SECONDS) -> Answer:
        try:
            return super().wait(gen, interval, timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # an answer may come, and nobody wants it
                self.close()
            raise


def postgres_engine(url: str, *, patient: bool) -> Engine:
    """Opens connections as they are needed; a patient one waits for each answer as long as it takes."""
    engine = create_engine(
        url, pool_size=20, max_overflow=20, pool_pre_ping=True, connect_args=_CONNECTING, hide_parameters=True
    )
    kind: type[Connection[Any]] = Connection if patient else ImpatientConnection

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Connection[Any]:
        return kind.connect(*arguments, **options)

    @event.listens_for(engine, "handle_error")
    def lost(context: ExceptionContext) -> None:
        """A session that Postgres ended for being idle is lost like any other, though it is told of as its fault."""
        error = context.sqlalchemy_exception
        if context.is_disconnect and isinstance(error, InternalError):
            raise Lost(error.statement, error.params, error.orig or error, connection_invalidated=True)

    return engine
