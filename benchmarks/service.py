"""The overhead of the service: from the POST to the first step and row, over ten epochs, and until a cancellation takes
effect. `GRADUS_DATASETS_DIR` must name a folder with MNIST."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.mnist import mnist_directory
from benchmarks.report import Sample, header, table
from benchmarks.served import first_row, service, start
from gradus.client import Client
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from gradus.status import EventKind
from tests.servers.processes import ROOT
from worker.trainer.libraries import PASSIVE_WAIT

SHORT = GRADIENT_DESCENT.model_copy(update={"epochs": 1})
LONG_EPOCH = Spec(dataset="mnist", layers=[2000, 2000, 2000], batch_size=1, epochs=1)
PACKAGES = ("torch", "celery", "redis", "sqlalchemy", "fastapi", "uvicorn")


def main() -> None:
    options = _options()
    datasets = mnist_directory()
    notes = [f"one worker, one slot, {options.threads} threads, SQLite, Valkey; median (smallest – greatest)"]
    print(header("Service", PACKAGES, notes))
    with tempfile.TemporaryDirectory(prefix="gradus-service-") as name, service(Path(name), options.threads) as client:
        _first_row(client)  # loads MNIST
        starts = [_first_row(client) for _ in range(options.starts)]
        print(table(("warm worker, ms", "median (spread)", "n"), _latencies(client, starts, options.starts)))
        rows = [_ten_epochs(client, spec, datasets, options) for spec in (GRADIENT_DESCENT, ADAM_BATCH_NORM)]
    print(table(("ten epochs", "train() called directly, s", "POST to end, s", "ratio, median (spread)", "n"), rows))


def _latencies(client: Client, starts: list[tuple[float, float]], times: int) -> Iterator[list[object]]:
    step, row = zip(*starts, strict=True)
    cancelled, free = zip(*[_cancel(client) for _ in range(times)], strict=True)
    for name, values in (
        ("POST to first step", step),
        ("POST to first row at the client, less the epoch's own time", row),
        ("cancel in mid-epoch to its event at the client", cancelled),
        ("cancel in mid-epoch to the first step of the next run", free),
    ):
        yield [name, Sample(tuple(1e3 * value for value in values)).in_words(1), len(values)]


def _first_row(client: Client) -> tuple[float, float]:
    """Seconds from the POST to the first step, and to the first row without the epoch's own time."""
    run = start(client, SHORT)
    return run.first_step - run.sent, run.arrived - run.sent - (run.first_row - run.first_step)


def _cancel(client: Client) -> tuple[float, float]:
    """Seconds from cancelling a run within an epoch to its end, and until its trainer trains the next run."""
    created = client.experiments.create(LONG_EPOCH)
    events = created.events()
    list(zip(range(2), events, strict=False))  # queued, running
    time.sleep(1)  # wait until the epoch has started
    asked = time.time()
    created.cancel()
    for _ in events:
        pass
    ended = time.time() - asked
    row, _ = first_row(client.experiments.create(SHORT))
    return ended, row.at.timestamp() - row.seconds - asked


def _ten_epochs(client: Client, spec: Spec, datasets: Path, options: argparse.Namespace) -> list[object]:
    pairs = [(_direct(spec, datasets, options.threads), _served(client, spec)) for _ in range(options.rounds)]
    direct, served = (Sample(tuple(values)) for values in zip(*pairs, strict=True))
    ratio = Sample(tuple(there / here for here, there in pairs))
    return [spec.name, direct.in_words(2), served.in_words(2), ratio.in_words(3), options.rounds]


def _served(client: Client, spec: Spec) -> float:
    began = time.perf_counter()
    events = list(client.experiments.create(spec).events())
    assert sum(event.kind is EventKind.EPOCH for event in events) == spec.epochs
    return time.perf_counter() - began


def _direct(spec: Spec, datasets: Path, threads: int) -> float:
    command = [sys.executable, "-m", "benchmarks.direct", f"--threads={threads}", f"--datasets={datasets}"]
    env = {**os.environ, **PASSIVE_WAIT, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(
        command, input=spec.model_dump_json(), env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the training")
    parser.add_argument("--starts", type=int, default=20, help="number of short runs, and of cancelled ones")
    parser.add_argument(
        "--rounds", type=int, default=3, help="number of ten-epoch runs, direct and with the service in turns"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
