"""A hub on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.hub import Hub
from hub.migrate import upgrade
from hub.settings import Settings
from hub.valkey import ValkeyServer


@pytest.fixture
def hub(database_url: str, valkey: ValkeyServer, tmp_path: Path) -> Iterator[Hub]:
    """A hub with a fresh database of the newest schema."""
    upgrade(database_url)
    hub = Hub(
        Settings(
            database_url=database_url,
            redis_url=valkey.url,
            artifacts_url=str(tmp_path / "artifacts"),
            data_dir=tmp_path,
            dataset_dirs=(tmp_path / "datasets",),
        )
    )
    yield hub
    hub.close()
