"""The hub that tests share with the service that they use."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.hub import Hub
from hub.settings import Settings
from hub.valkey import ValkeyServer


@contextmanager
def opened_hub(database_url: str, valkey: ValkeyServer, folder: Path) -> Iterator[Hub]:
    """A hub whose files are in the folder."""
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
