"""A hub on each kind of database."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from api.all_routes import DOCUMENT
from hub.hub import Hub
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.integration.api.contract import Contract
from tests.integration.hubs import opened_hub
from tests.servers.once import made_once
from tests.servers.postgres import Postgres
from tests.servers.reused import ReusedDatabases


@pytest.fixture(scope="session")
def openapi(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The OpenAPI document."""
    file = made_once(
        tmp_path_factory, "openapi.json", lambda new: new.write_bytes(json.dumps(DOCUMENT.whole()).encode())
    )
    document: dict[str, Any] = json.loads(file.read_bytes())
    return document


@pytest.fixture(scope="session")
def contract(openapi: dict[str, Any]) -> Contract:
    """The checks of responses against the OpenAPI document."""
    return Contract(openapi)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, which tests copy. To run all migrations for every test would take longer
    than the tests."""
    return made_once(tmp_path_factory, "template.db", lambda new: upgrade(f"sqlite:///{new}"))


@pytest.fixture(scope="session")
def postgres_databases(postgres: Postgres) -> Iterator[ReusedDatabases]:
    """Postgres databases with the newest schema, which tests reuse."""
    url = postgres.create_database()
    upgrade(url)
    databases = ReusedDatabases(postgres, str(make_url(url).database))
    yield databases
    databases.close()


def _copied(template: Path, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(template, folder / 'gradus.db')}"


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database with the newest schema, for each kind of database."""
    if request.param == "sqlite":
        yield _copied(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    databases: ReusedDatabases = request.getfixturevalue("postgres_databases")
    with databases.one() as url:
        yield url


@pytest.fixture
def hub(migrated_url: str, valkey: ValkeyServer, tmp_path: Path) -> Iterator[Hub]:
    """A hub with an empty database, for each kind of database."""
    with opened_hub(migrated_url, valkey, tmp_path) as hub:
        yield hub


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def module_hub(
    request: pytest.FixtureRequest, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """One hub on each kind of database for tests of a file that do not disturb each other.

    The database was never used before, because rows that were deleted from a table influence how the database searches
    it.
    """
    folder = tmp_path_factory.mktemp("module")
    if request.param == "sqlite":
        with opened_hub(_copied(request.getfixturevalue("sqlite_template"), folder), valkey, folder) as hub:
            yield hub
        return
    databases: ReusedDatabases = request.getfixturevalue("postgres_databases")
    with databases.copied() as url, opened_hub(url, valkey, folder) as hub:
        yield hub
