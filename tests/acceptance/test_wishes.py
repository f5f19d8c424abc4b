"""What a person wants of a run takes effect soon, in the middle of a long epoch, too."""

from pathlib import Path

from gradus.client import Client
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.processes import running_api, running_worker, service_env
from tests.servers.wishes import wishes

SECONDS = {"pause": 5.0, "resume": 5.0, "cancel": 5.0, "extend": 15.0}
"""One is promised for the first three, which take a few tenths; the rest is for machines that have other things to do.
An epoch takes half a minute and more."""
TIMES = 3
"""How often a machine may try that is busy just then."""


def test_extend_pause_resume_and_cancel_do_not_wait_for_the_epoch(valkey: ValkeyServer, tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path / 'gradus.db'}"
    upgrade(database_url)
    env = {**service_env(tmp_path, database_url, valkey.url), "GRADUS_DEVICE": "cpu"}
    with running_worker(tmp_path, "worker", env), running_api(tmp_path, env) as (_, client):
        tried = [too_late(client)]
        while tried[-1] and len(tried) < TIMES:
            tried.append(too_late(client))
    assert tried[-1] == {}, tried


def too_late(client: Client) -> dict[str, float]:
    """The wishes of one run that took too long, and how long."""
    found = wishes(client)
    assert found.keys() == SECONDS.keys()
    return {wish: seconds for wish, seconds in found.items() if seconds > SECONDS[wish]}
