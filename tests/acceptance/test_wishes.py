"""Pause, cancel and other requests take effect in the middle of a long epoch."""

from pathlib import Path

from gradus.client import Client
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.processes import running_api, running_worker, service_env
from tests.servers.wishes import wishes


def test_extend_pause_resume_and_cancel_do_not_wait_for_the_epoch(valkey: ValkeyServer, tmp_path: Path) -> None:
    """This test does not measure how soon the requests take effect; `benchmarks.control` does."""
    database_url = f"sqlite:///{tmp_path / 'gradus.db'}"
    upgrade(database_url)
    env = {**service_env(tmp_path, database_url, valkey.url), "GRADUS_DEVICE": "cpu"}
    with running_worker(tmp_path, "worker", env), running_api(tmp_path, env) as (_, client):
        assert wishes(client).keys() == {"extend", "pause", "resume", "cancel"}
        assert not has_ended_an_epoch(client)


def has_ended_an_epoch(client: Client) -> bool:
    """Whether the run has ended an epoch, as it would have if the requests had waited for the end of an epoch."""
    (run,) = client.experiments.list()
    return run.latest is not None
