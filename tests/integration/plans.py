"""The plans by which a database would execute the statements of the code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from hub.hub import Hub

Statement = tuple[str, Any]
"""The text of a statement, and its parameters as the driver gets them."""


@contextmanager
def overheard() -> Iterator[list[Statement]]:
    """Record every statement that is sent within the block and has to find rows."""
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
    """The plan of each statement, after the statement's text."""
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
    """The lines of a plan that read a whole table. SQLite's SCAN of a subquery's rows does not count, because the
    subquery has its own line; nor does that of the one row of a query without a table."""
    lines = plan.splitlines()
    made = {line.partition(" ")[2] for line in lines if line.startswith(("CO-ROUTINE ", "MATERIALIZE "))} | {"CONSTANT"}
    return [line for line in lines if "Seq Scan" in line or (line.startswith("SCAN ") and line.split()[1] not in made)]


def sorts(plan: str) -> list[str]:
    """The lines of a plan that sort rows."""
    return [line for line in plan.splitlines() if "Sort" in line or "FOR ORDER BY" in line]
