"""The memory of a worker and its trainer after many runs, and how much of it they return after large runs."""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.report import header, table
from benchmarks.stage import stages
from hub.experiments import experiments
from hub.hub import Hub
from tests.integration.hub.work import submit
from tests.servers.chaos.families import children
from tests.servers.processes import Program, running_worker, service_env, wait_until
from tests.servers.usage import forget_the_peak, peak, processor_seconds, resident

Spec = Mapping[str, object]
PACKAGES = ("torch", "celery", "redis", "sqlalchemy")
COLUMNS = ("runs so far", "worker, MiB", "trainer, MiB", "its most meanwhile, MiB", "trainer's process")
SMALL: Spec = {"layers": [32], "epochs": 2}
LARGE: Spec = {"dataset": {"name": "digits", "limit": 256}, "layers": [4000, 4000], "batch_size": 256, "epochs": 1}
REST_SECONDS = 1.0
"""Seconds without CPU time after which a trainer has returned its memory."""


class Watch:
    """The memory of one worker with one slot."""

    def __init__(self, hub: Hub, worker: Program) -> None:
        self._hub = hub
        self._worker = worker.process.pid
        self._runs = 0

    def train(self, wanted: Sequence[Spec]) -> list[object]:
        """Train these experiments one after the other; returns a row of the table."""
        forget_the_peak(self._trainer)
        ids = [submit(self._hub, **spec).id for spec in wanted]
        wait_until(lambda: self._over(ids[-1]), "the end of the last run", 600.0)
        self._wait_for_rest()
        self._runs += len(ids)
        held = (resident(self._worker), resident(self._trainer), peak(self._trainer))
        return [self._runs, *(f"{mib:.0f}" for mib in held), self._trainer]

    def _wait_for_rest(self) -> None:
        computed = -1.0
        while computed < (computed := processor_seconds(self._trainer)):
            time.sleep(REST_SECONDS)

    @property
    def _trainer(self) -> int:
        (trainer,) = children(self._worker)
        return trainer

    def _over(self, experiment_id: str) -> bool:
        with self._hub.read() as session:
            row = experiments.get(session, experiment_id)
        assert row is not None
        return row.finished_at is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=200, help="number of small runs of one shape, and of as many with different shapes"
    )
    runs = parser.parse_args().runs
    print(header("Memory", PACKAGES, ["resident sets; one worker with one slot and one thread, on SQLite"]))
    for title, lines in (
        (f"{runs} runs of one shape, 64-32-10", [[SMALL] * (runs // 10)] * 10),
        (f"{runs} runs of networks of any shape", _shapes(runs)),
        ("a large run, 64-4000-4000-10, five times, then small ones", [*[[LARGE]] * 5, [SMALL] * 10]),
    ):
        with _watched() as watch:
            print(f"**{title}**\n")
            print(table(COLUMNS, [watch.train(line) for line in ([SMALL], *lines)]), flush=True)


def _shapes(runs: int) -> list[list[Spec]]:
    """Groups of experiments with random shapes of up to three layers of up to 1200 units."""
    random = Random(0)  # noqa: S311 (the same shapes each time)
    return [[_shape(random) for _ in range(runs // 10)] for _ in range(10)]


def _shape(random: Random) -> Spec:
    layers = [random.randint(8, 1200) for _ in range(random.randint(1, 3))]
    batch = random.choice([16, 50, 64, 128, 256])
    dataset = {"name": random.choice(["digits", "wine", "breast_cancer"]), "limit": 256}
    optimizer = random.choice(["sgd", "adam"])
    return {"dataset": dataset, "layers": layers, "batch_size": batch, "optimizer": optimizer, "epochs": 1}


@contextmanager
def _watched() -> Iterator[Watch]:
    with tempfile.TemporaryDirectory(prefix="gradus-memory-") as name, stages(Path(name), ("SQLite",)) as settings:
        own = settings["SQLite"]
        hub = Hub(own)
        env = service_env(own.data_dir, own.database_url, own.redis_url)
        with running_worker(own.data_dir, "worker", env) as worker:
            yield Watch(hub, worker)
        hub.close()


if __name__ == "__main__":
    main()
