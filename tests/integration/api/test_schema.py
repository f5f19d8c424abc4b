"""A database of another version of Gradus: `/readyz` and every error say what is wrong."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from gradus.errors import Conflict
from hub.database.schema_version import NEWEST, SCRIPTS
from hub.hub import Hub
from hub.migrate import downgrade, upgrade
from tests.integration.api.service import SPEC, Service, assert_problem

ROOT = Path(__file__).parents[3]
NEWER = "9999"


def from_the_future(hub: Hub) -> None:
    """Change the database to a schema that this code does not know, with other names of tables and columns."""
    with hub.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{NEWER}'"))  # noqa: S608
        connection.execute(text("ALTER TABLE experiments RENAME COLUMN notes TO remarks"))
        connection.execute(text("ALTER TABLE jobs RENAME TO tasks"))


OTHERS: dict[str, tuple[Callable[[Hub], None], str]] = {
    "older": (
        lambda hub: downgrade(hub.settings.database_url, "0004"),
        f"schema 0004, but this version of Gradus needs {NEWEST}",
    ),
    "newer": (from_the_future, f"schema {NEWER}, newer than {NEWEST}"),
    "empty": (lambda hub: downgrade(hub.settings.database_url, "base"), "no tables yet: run `python -m hub.migrate`"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_schema_is_named(service: Service, client: httpx.Client, other: str) -> None:
    change, told = OTHERS[other]
    change(service.hub)
    health = client.get("/readyz")
    database = health.json()["dependencies"][0]
    assert (health.status_code, database["name"], database["ok"]) == (503, "database", False)
    assert told in database["detail"]
    assert client.get("/v2/health/ready").status_code == 503
    for answer in (client.get("/v1/experiments"), client.post("/v1/experiments", json=SPEC)):
        problem = assert_problem(answer, 503)
        assert problem["code"] == "database_schema"
        assert told in problem["detail"]


def test_the_right_schema_is_ready(client: httpx.Client) -> None:
    health = client.get("/readyz")
    assert (health.status_code, health.json()["dependencies"][0]) == (
        200,
        {"name": "database", "ok": True, "detail": ""},
    )


def test_a_newer_database_is_left_alone(hub: Hub) -> None:
    from_the_future(hub)
    with pytest.raises(Conflict, match=f"newer than {NEWEST}"):
        upgrade(hub.settings.database_url)
    env = {"GRADUS_DATABASE_URL": hub.settings.database_url}
    command = [sys.executable, "-m", "hub.migrate"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: the database has schema {NEWER}, newer than {NEWEST}")


def test_the_newest_schema_is_alembic_s() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == NEWEST
