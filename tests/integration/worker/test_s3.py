"""Checkpoints in S3, for workers that share no disk."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.services import control as asked
from gradus.status import Status
from hub.hub import Hub
from hub.jobs import control
from hub.migrate import upgrade
from hub.settings import Settings
from hub.tables import DEFAULT_WORKSPACE
from hub.valkey import ValkeyServer
from tests.integration.hub.work import submit
from tests.integration.worker.conftest import workers
from tests.integration.worker.processes import lines, numbers, read, until, wait_for_epoch, wait_for_the_end
from tests.servers.s3 import BUCKET, running_s3

SPEC = {"layers": [32], "epochs": 400, "dropout": 0.2}


@pytest.fixture
def hub(
    valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hub]:
    """A hub whose artifact store is in S3."""
    folder = tmp_path_factory.mktemp("s3")
    url = f"sqlite:///{folder / 'gradus.db'}"
    upgrade(url)
    settings = Settings(url, valkey.url, f"s3://{BUCKET}/artifacts", folder, (folder / "datasets",))
    with running_s3() as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        hub = Hub(replace(settings, checkpoint_seconds=0.1))
        yield hub
        hub.close()


def test_a_run_goes_on_from_s3(hub: Hub) -> None:
    with workers(hub, hub.settings.data_dir) as start:
        start()
        calm, row = submit(hub, **SPEC), submit(hub, **SPEC)
        wait_for_the_end(hub, calm.id)
        wait_for_epoch(hub, row.id, 1)
        asked.ask(hub, DEFAULT_WORKSPACE, row.id, control.pause)
        until(lambda: read(hub, row.id).status == Status.PAUSED)
        assert read(hub, row.id).progress.epoch < 400
        asked.resume(hub, DEFAULT_WORKSPACE, row.id)
        wait_for_the_end(hub, row.id)
    assert any("continuing from the checkpoint" in line for line in lines(hub, row.id))
    assert numbers(hub, row.id) == numbers(hub, calm.id)
    assert {f"{row.id}/{name}" for name in hub.artifacts.names(row.id)} != set()
