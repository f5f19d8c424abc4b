"""How a database would answer the statements that the code sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from hub.hub import Hub

Statement = tuple[str, Any]
"""Its text and its parameters, as the driver gets them."""


@contextmanager
def overheard() -> Iterator[list[Statement]]:
    """Every statement that is sent meanwhile and has something to find."""
    said: list[Statement] = []

    def hear(_: Connection, __: Any, text: str, parameters: Any, ___: Any, many: bool) -> None:
        if text.startswith(("SELECT", "UPDATE", "DELETE")) and "advisory" not in text:
            said.append((text, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def plans(hub: Hub, statements: list[Statement]) -> list[str]:
    """How the database would answer each."""
    with hub.database.engine.connect() as connection:
        postgres = connection.dialect.name == "postgresql"
        if postgres:  # the tables are nearly empty: only what has no index would be done in these ways
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET enable_{way} = off")
        explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
        return [
            "\n".join([text, *(str(row[-1]) for row in connection.exec_driver_sql(explain + text, parameters))])
            for text, parameters in statements
        ]


def whole(plan: str) -> list[str]:
    """The lines of a plan that read a whole table. SQLite says SCAN of a subquery's rows, too, which another
    line finds, and of the one row of a query without a table."""
    lines = plan.splitlines()
    made = {line.partition(" ")[2] for line in lines if line.startswith(("CO-ROUTINE ", "MATERIALIZE "))} | {"CONSTANT"}
    return [line for line in lines if "Seq Scan" in line or (line.startswith("SCAN ") and line.split()[1] not in made)]


def sorts(plan: str) -> list[str]:
    """The lines of a plan that sort."""
    return [line for line in plan.splitlines() if "Sort" in line or "FOR ORDER BY" in line]
