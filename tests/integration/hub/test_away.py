"""Errors of a database that ends a session: the code that waits for the return of a database must recognize each of
them.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.database.database import DATABASE_AWAY
from hub.hub import Hub
from tests.servers.postgres import Postgres
from tests.servers.processes import gone, wait_until


def idle_too_long(session: Session, server: Postgres) -> None:
    """Let Postgres end the session, as that of a process that was frozen in the middle of a transaction."""
    own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    session.execute(text("SET idle_in_transaction_session_timeout = '20ms'"))
    wait_until(lambda: gone(own), "the end of the session")


def ended_by_hand(session: Session, server: Postgres) -> None:
    server.execute(f"SELECT pg_terminate_backend({session.execute(text('SELECT pg_backend_pid()')).scalar_one()})")


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("end", [idle_too_long, ended_by_hand])
@pytest.mark.parametrize("ask_again", [True, False])
def test_a_session_that_the_server_ended_is_a_database_that_is_away(
    hub: Hub, postgres: Postgres, end: Callable[[Session, Postgres], None], ask_again: bool
) -> None:
    def lose_the_session() -> None:
        with hub.write() as session:
            end(session, postgres)
            if ask_again:  # else it is the commit that finds out
                session.execute(text("SELECT 1"))

    with pytest.raises(DATABASE_AWAY):
        lose_the_session()
    with hub.write() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
