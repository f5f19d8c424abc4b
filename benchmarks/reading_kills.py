"""Kills of a reader at random moments: `python -m benchmarks.reading_kills [--kills N] [--seed N]`.

Data sets are uploaded while the process that reads them is killed again and again. At the end every data set must be
ready with all of its rows, and its log must have no gap and one end. After the cleanup, the store must contain only
files that a row refers to.
"""

import argparse
import random
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import select, update

from hub.database.database import now
from hub.hub import Hub
from hub.jobs.reconciler import clean_up
from hub.migrate import upgrade
from hub.settings import Settings
from hub.tables import DatasetVersionRow, ObjectRow, RemovalRow
from hub.valkey import ValkeyServer
from tests.integration.api.service import Service, serving
from tests.servers.processes import Program, service_env, wait_until

ROWS = 20_000
LEASE_SECONDS = "0.5"
MOST = 3.0
"""The reader is killed at most this many seconds after it is ready."""


@dataclass(frozen=True)
class Verdict:
    """What was found at the end."""

    kills: int
    data_sets: int
    not_ready: int
    wrong_rows: int
    broken_logs: int
    orphans: int

    @property
    def clean(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.not_ready or self.wrong_rows or self.broken_logs or self.orphans)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ValkeyServer(Path(folder) / "valkey") as valkey:
        settings = Settings(
            f"sqlite:///{folder}/gradus.db", valkey.url, f"{folder}/artifacts", Path(folder), (Path(folder),)
        )
        upgrade(settings.database_url)
        with serving(Hub(settings)) as service:
            verdict = run(service, chosen.kills, random.Random(chosen.seed))  # noqa: S311
    print(verdict)
    if not verdict.clean:
        raise SystemExit(1)


def run(service: Service, kills: int, random_: random.Random) -> Verdict:
    """Kill readers, then let one finish, and check the results."""
    settings = service.hub.settings
    env = service_env(settings.data_dir, settings.database_url, settings.redis_url)
    env |= {"GRADUS_ARTIFACTS_URL": settings.artifacts_url, "GRADUS_LEASE_SECONDS": LEASE_SECONDS}
    made: list[str] = []
    with service.client() as client:
        for kill in range(kills):
            while _unfinished(service.hub) < 2:
                made.append(_upload(client, f"d{len(made)}"))
            with Program(settings.data_dir / f"reader-{kill}.log", "tests.servers.reader", env=env) as reader:
                reader.wait_for("ready")
                time.sleep(random_.uniform(0, MOST))
                reader.kill()
            _forgive(service.hub)
            print(f"kill {kill + 1}: {len(made)} data sets, {_unfinished(service.hub)} unfinished", flush=True)
        with Program(settings.data_dir / "reader.log", "tests.servers.reader", env=env) as reader:
            wait_until(lambda: _unfinished(service.hub) == 0, "the end of all readings", 600)
            reader.kill()
        records = [client.get(f"/v1/datasets/{one}").json() for one in made]
        logs = [_kinds(client, one) for one in made]
    return Verdict(
        kills=kills,
        data_sets=len(made),
        not_ready=sum(record["status"] != "ready" for record in records),
        wrong_rows=sum(record["rows"] != ROWS for record in records),
        broken_logs=sum(numbers != list(range(1, len(numbers) + 1)) or ends != 1 for numbers, ends in logs),
        orphans=len(orphans(service.hub)),
    )


def orphans(hub: Hub) -> set[str]:
    """Files that the store still contains after the cleanup although no row refers to them."""
    with hub.write() as session:
        session.execute(update(RemovalRow).values(at=now(session) - timedelta(hours=1)))
    clean_up(hub, "wrk_sweep")
    store = Path(hub.settings.artifacts_url)
    with hub.read() as session:
        named = set(session.scalars(select(DatasetVersionRow.artifact))) | set(session.scalars(select(ObjectRow.key)))
    stored = {f"{folder.name}/{path.name}" for folder in store.iterdir() for path in folder.iterdir()}
    left = {str(path) for path in (hub.settings.data_dir / "incoming").iterdir()}
    return (stored - named) | left


def _upload(client: httpx.Client, name: str) -> str:
    content = b"a,b,c\n" + b"".join(b"%d,%d,x%d\n" % (i, i * i, i % 7) for i in range(ROWS))
    made = client.post("/v1/datasets", params={"name": name}, content=content)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def _unfinished(hub: Hub) -> int:
    with hub.read() as session:
        return len(session.scalars(select(DatasetVersionRow.id).where(DatasetVersionRow.status == "reading")).all())


def _forgive(hub: Hub) -> None:
    """Reset the number of losses of the readings. Otherwise they would fail after five losses, as they should."""
    with hub.write() as session:
        session.execute(update(DatasetVersionRow).where(DatasetVersionRow.status == "reading").values(losses=0))


def _kinds(client: httpx.Client, dataset: str) -> tuple[list[int], int]:
    """The numbers of a log's events, and how many end events it has."""
    text = client.get(f"/v1/datasets/{dataset}/events", headers={"Accept": "application/x-ndjson"}).text
    numbers = [int(line.partition('"seq":')[2].partition(",")[0]) for line in text.splitlines() if line.strip()]
    return numbers, text.count('"kind":"end"')


if __name__ == "__main__":
    main()
