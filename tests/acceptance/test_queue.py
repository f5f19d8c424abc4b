"""Many queued experiments, and workers that are killed and stopped meanwhile."""

from pathlib import Path

from hub.hub import Hub
from hub.migrate import upgrade
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.servers.crowd import Crowd, enqueue
from tests.servers.processes import service_env
from tests.servers.verdict import judge

EXPERIMENTS, BLOWS, LEASE_SECONDS = 80, 3, 2.0


def test_of_a_queue_none_is_started_twice_at_once_and_none_is_forgotten(
    database_url: str, valkey: ValkeyServer, tmp_path: Path
) -> None:
    upgrade(database_url)
    env = {
        **service_env(tmp_path, database_url, valkey.url),
        "GRADUS_DEVICE": "cpu",
        "GRADUS_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    hub = Hub(Settings.from_env(env))
    enqueue(hub, EXPERIMENTS)
    with Crowd(tmp_path, env, workers=2, seed=1) as crowd:
        crowd.rage(hub, BLOWS, 600.0)
    verdict = judge(hub, LEASE_SECONDS)
    hub.close()
    assert verdict.faults == ()
    assert verdict.experiments == EXPERIMENTS
    assert crowd.blows.killed + crowd.blows.stopped == BLOWS
    assert set(crowd.blows.codes) <= {0}
