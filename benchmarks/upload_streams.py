"""Event streams while files of 1 GB are uploaded to the same API process: do epochs arrive as soon as without the
uploads?"""

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from benchmarks.report import Sample, header, table
from benchmarks.stage import DATABASES, claimed_job, database_version, stages
from benchmarks.streams import Scene, Usage, listeners, train
from gradus.client import Credentials
from hub.hub import Hub
from hub.settings import Settings
from tests.servers.processes import running_api, service_env

GB = 1_000_000_000
COLUMNS = ("database", "uploads", "p50 ms", "p99 ms", "max ms", "lost", "GB sent", "MB/s", "API CPU", "API memory MiB")


def main() -> None:
    options = _options()
    temporary = tempfile.TemporaryDirectory(prefix="gradus-uploads-", dir=options.folder)
    with temporary as name, stages(Path(name)) as settings:
        versions = ", ".join(f"{kind} {database_version(one.database_url)}" for kind, one in settings.items())
        what = f"{options.streams} streams over {options.streams // 10} experiments, an epoch a second each"
        seconds = f"{options.seconds:g} s for each line; streams and uploads in processes of their own"
        print(header("Uploads beside streams", ("fastapi", "uvicorn", "uvloop"), [versions, what, seconds]))
        lines = [(kind, uploads) for kind in options.databases for uploads in options.uploads]
        rows = [_row(kind, settings[kind], uploads, options) for kind, uploads in lines]
    print(table(COLUMNS, rows))


def _row(kind: str, settings: Settings, uploads: int, options: argparse.Namespace) -> list[str]:
    hub, scene = Hub(settings), Scene("", options.streams // 10, 1, 1.0)
    jobs = [claimed_job(hub, 1, "writer") for _ in range(scene.jobs)]
    env = service_env(settings.data_dir, settings.database_url, settings.redis_url)
    with running_api(settings.data_dir, env) as (program, client):
        watched = scene.watched([member.id for job in jobs for member in job.members], options.streams)
        with listeners(client.credentials, watched) as wire, _uploaders(client.credentials, uploads) as senders:
            before, began = Usage.of(program.process.pid), time.monotonic()
            moments = train(hub, jobs, scene.rate, options.seconds)
            after, seconds = Usage.of(program.process.pid), time.monotonic() - began
            sent = sum(_sent(sender) for sender in senders)
            time.sleep(2)  # wait for the last rows
            wire.send("enough")
            receipts = wire.recv()
    hub.close()
    expected = sum(sum(one == key for one in watched) for key, _ in moments)
    late = Sample(tuple(1e3 * (moment - moments[key, epoch]) for key, epoch, moment in receipts))
    return [
        kind,
        f"{uploads}",
        *(f"{one:,.1f}" for one in (late.median, late.quantile(0.99), max(late.values))),
        f"{expected - len(receipts):,}",
        f"{sent / GB:.1f}",
        f"{sent / 1e6 / seconds:,.0f}",
        f"{100 * (after.cpu - before.cpu) / seconds:.0f} %",
        f"{after.memory:.0f}",
    ]


@contextmanager
def _uploaders(access: Credentials, count: int) -> Iterator[list[Connection]]:
    """Processes that upload one file of 1 GB after the other, and the pipes to them."""
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(count)]
    processes = [
        spawn.Process(target=_upload, args=(access.url, access.key, theirs), daemon=True) for _, theirs in pipes
    ]
    for process in processes:
        process.start()
    for ours, _ in pipes:
        assert ours.recv() == "begun"
    yield [ours for ours, _ in pipes]
    for process in processes:
        process.join()


def _sent(sender: Connection) -> int:
    """Tell a process to stop; returns the number of bytes that it has sent."""
    sender.send("enough")
    return int(sender.recv())


def _upload(url: str, key: str, pipe: Connection) -> None:
    """Upload files until told to stop; each part has other bytes. Files are deleted once they are complete, as nobody
    reads them."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    noise, sent, number = os.urandom(32 << 20), 0, 0
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        pipe.send("begun")
        while not pipe.poll():
            upload = client.post("/v1/uploads", json={"size": GB}).raise_for_status().json()
            for part in range(1, upload["parts"] + 1):
                size = min(upload["part_bytes"], GB - (part - 1) * upload["part_bytes"])
                number += 1
                content = number.to_bytes(8) + noise[8:size]
                client.put(f"/v1/uploads/{upload['id']}/parts/{part}", content=content).raise_for_status()
                sent += size
                if pipe.poll():
                    break
            client.delete(f"/v1/uploads/{upload['id']}").raise_for_status()
    pipe.send(sent)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--uploads", type=int, nargs="+", default=[0, 1, 4], help="uploads at a time, for each line")
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--folder", help="where the files are stored (default: the system's temporary folder)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
