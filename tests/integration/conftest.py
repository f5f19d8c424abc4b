"""A hub on each kind of database."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from api.all_routes import DOCUMENT
from hub.hub import Hub
from hub.migrate import upgrade
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.integration.api.contract import Contract
from tests.servers.once import made_once
from tests.servers.postgres import Postgres


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
    """What it says of answers."""
    return Contract(openapi)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the newest schema, to be copied: running every migration for every test takes longer than the tests."""
    return made_once(tmp_path_factory, "template.db", lambda new: upgrade(f"sqlite:///{new}"))


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database of the newest schema, to be copied."""
    url = postgres.create_database()
    upgrade(url)
    return str(make_url(url).database)


@contextmanager
def _migrated(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), folder / 'gradus.db')}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database(request.getfixturevalue("postgres_template"))
    yield url
    server.drop_database(url)


@contextmanager
def _hub(database_url: str, valkey: ValkeyServer, folder: Path) -> Iterator[Hub]:
    hub = Hub(
        Settings(
            database_url=database_url,
            redis_url=valkey.url,
            artifacts_url=str(folder / "artifacts"),
            data_dir=folder,
            dataset_dirs=(folder / "datasets",),
        )
    )
    yield hub
    hub.close()


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of the newest schema, of each kind."""
    with _migrated(request, tmp_path) as url:
        yield url


@pytest.fixture
def hub(migrated_url: str, valkey: ValkeyServer, tmp_path: Path) -> Iterator[Hub]:
    """A hub with a fresh database of the newest schema."""
    with _hub(migrated_url, valkey, tmp_path) as hub:
        yield hub


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def module_hub(
    request: pytest.FixtureRequest, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """One hub on each kind of database for tests of a file that do not disturb each other."""
    folder = tmp_path_factory.mktemp("module")
    with _migrated(request, folder) as url, _hub(url, valkey, folder) as hub:
        yield hub
