"""The latency from the commit of an epoch to the clients of many event streams on one API process."""

import argparse
import itertools
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from benchmarks.listening import Receipt, Streams, listen
from benchmarks.report import Sample, header, table
from benchmarks.stage import DATABASES, claimed_job, database_version, metrics_row, stages
from gradus.client import Credentials
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.settings import Settings
from tests.servers.processes import running_api, service_env

COLUMNS = (
    "database, streams",
    "rows/s to clients",
    "p50 ms",
    "p99 ms",
    "max ms",
    "API CPU",
    "API memory MiB, before and with",
    "rows",
    "lost",
)
Moments = dict[tuple[str, int], float]
"""The time at which an epoch of an experiment was committed."""


@dataclass(frozen=True)
class Scene:
    """The jobs, and the streams that watch them."""

    name: str
    jobs: int
    members: int
    """Members of a job."""
    rate: float
    """Epochs per second of each job."""
    whole: bool = False
    """Whether each client watches all experiments, or one."""

    def watched(self, experiments: Sequence[str], streams: int) -> tuple[str | None, ...]:
        """The experiment of each stream; None for all."""
        return (None,) * streams if self.whole else tuple(itertools.islice(itertools.cycle(experiments), streams))


@dataclass(frozen=True)
class Usage:
    """CPU seconds of a process so far."""

    cpu: float
    memory: float
    """Resident memory, MiB."""

    @classmethod
    def of(cls, pid: int) -> "Usage":
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks, pages = int(fields[11]) + int(fields[12]), int(fields[21])
        return cls(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def main() -> None:
    options = _options()
    n = options.streams
    scenes = [
        Scene(f"{n} over {n // 16 * 16} experiments in arrays of 16, an epoch a second each", n // 16, 16, 1.0),
        Scene(f"{n} over {n // 10} experiments, ten on each, an epoch a second each", n // 10, 1, 1.0),
        Scene(f"{n} over everything, one epoch a second", 1, 1, 1.0, whole=True),
    ]
    with tempfile.TemporaryDirectory(prefix="gradus-streams-") as name, stages(Path(name)) as settings:
        versions = ", ".join(f"{kind} {database_version(one.database_url)}" for kind, one in settings.items())
        notes = [versions, f"{options.seconds:g} s of writing for each line; clients in a process of their own"]
        print(header("Streams", ("fastapi", "starlette", "uvicorn", "uvloop", "sqlalchemy", "redis"), notes))
        rows = [_row(kind, settings[kind], scene, options) for kind in options.databases for scene in scenes]
    print(table(COLUMNS, rows))


def _row(kind: str, settings: Settings, scene: Scene, options: argparse.Namespace) -> list[str]:
    hub = Hub(settings)
    jobs = [claimed_job(hub, scene.members, "writer") for _ in range(scene.jobs)]
    env = service_env(settings.data_dir, settings.database_url, settings.redis_url)
    with running_api(settings.data_dir, env) as (program, client):
        watched = scene.watched([member.id for job in jobs for member in job.members], options.streams)
        alone = Usage.of(program.process.pid)
        with listeners(client.credentials, watched) as wire:
            before, began = Usage.of(program.process.pid), time.monotonic()
            moments = train(hub, jobs, scene.rate, options.seconds)
            after, seconds = Usage.of(program.process.pid), time.monotonic() - began
            time.sleep(2)  # wait for the last rows
            wire.send("enough")
            receipts: list[Receipt] = wire.recv()
    hub.close()
    expected = sum(map(len, _watchers(watched, moments)))
    late = Sample(tuple(1e3 * (moment - moments[key, epoch]) for key, epoch, moment in receipts))
    return [
        f"{kind}, {scene.name}",
        f"{len(receipts) / seconds:,.0f}",
        *(f"{one:,.1f}" for one in (late.median, late.quantile(0.99), max(late.values))),
        f"{100 * (after.cpu - before.cpu) / seconds:.0f} %",
        f"{alone.memory:.0f}, {after.memory:.0f}",
        f"{len(receipts):,}",
        f"{expected - len(receipts):,}",
    ]


def _watchers(watched: Sequence[str | None], moments: Moments) -> Iterator[list[str | None]]:
    """The streams that should have received each row that was written."""
    for key, _ in moments:
        yield [one for one in watched if one in (None, key)]


@contextmanager
def listeners(access: Credentials, watched: tuple[str | None, ...]) -> Iterator[Connection]:
    """A process with this number of open streams, and the pipe to it."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=listen, args=(Streams(access.url, access.key, watched), theirs), daemon=True)
    process.start()
    if not ours.poll(120) or ours.recv() != len(watched):
        raise RuntimeError("not every stream could be opened")
    yield ours
    process.join()


def train(hub: Hub, jobs: Sequence[claims.Claim], rate: float, seconds: float) -> Moments:
    """Write epochs of every job at an even rate; returns the times of the commits."""
    moments: Moments = {}
    committed: list[float] = []

    def note(_: Session) -> None:
        committed.append(time.monotonic())

    event.listen(Session, "after_commit", note)
    began = time.monotonic()
    for number in range(round(seconds * rate * len(jobs))):
        epoch, job = number // len(jobs) + 1, jobs[number % len(jobs)]
        time.sleep(max(0.0, began + number / (rate * len(jobs)) - time.monotonic()))
        with hub.write() as session:
            rows = {one.id: runs.EpochResult(metrics_row(epoch), best=True) for one in job.members}
            runs.record_epochs(session, job.lease, rows)
        moments |= {(one.id, epoch): committed[-1] for one in job.members}
    event.remove(Session, "after_commit", note)
    return moments


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    return parser.parse_args()


if __name__ == "__main__":
    main()
