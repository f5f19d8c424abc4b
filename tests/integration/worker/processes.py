"""Real worker processes for tests, and functions that read the state of workers and their runs."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from hub.experiments import events, experiments, layer_reports, metrics
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.settings import Settings
from tests.servers.processes import start, wait_until
from tests.servers.trainers import trainers_of

ROOT = Path(__file__).parents[3]
TIMED = ("seconds", "samples_per_second", "at")
"""Fields of a metrics row that may differ between two runs of one spec."""
EPOCHS = 60
SPEC = {"layers": [64, 32], "dropout": 0.2, "epochs": EPOCHS}
"""A run of one or two seconds."""
LONG_EPOCH = {"layers": [1536, 1536, 1536], "batch_size": 1, "epochs": 1}
"""A run whose epoch of the 1 200 digits takes half a minute, with a pulse every few steps."""


class WorkerUnderTest:
    """A `python -m worker` process whose log goes to a file."""

    def __init__(
        self, settings: Settings, log: Path, slots: int = 1, memory: float | None = None, stop_seconds: float = 180
    ) -> None:
        """`stop_seconds` is long, so that whoever gets little processor time is not taken for stuck."""
        self._log = log
        env = {
            **os.environ,
            "GRADUS_DATA_DIR": str(settings.data_dir),
            "GRADUS_DATABASE_URL": settings.database_url,
            "GRADUS_REDIS_URL": settings.redis_url,
            "GRADUS_DATASETS_DIR": str(settings.dataset_dirs[0]),
            "GRADUS_ARTIFACTS_URL": settings.artifacts_url,
            "GRADUS_LEASE_SECONDS": str(settings.lease_seconds),
            "GRADUS_HANG_SECONDS": str(settings.hang_seconds),
            "GRADUS_STOP_SECONDS": str(stop_seconds),
            "GRADUS_CHECKPOINT_SECONDS": str(settings.checkpoint_seconds),
            "GRADUS_TURN_SECONDS": str(settings.turn_seconds),
            "GRADUS_DEVICE": "cpu",
            **({} if memory is None else {"GRADUS_MEMORY": str(memory)}),
        }
        with log.open("ab") as sink:
            self.process = start(["worker", f"--slots={slots}", "--threads=1"], env, sink)

    def wait_until_ready(self) -> "WorkerUnderTest":
        """Wait until the worker takes messages from the queue."""
        until(lambda: "ready." in self.log or self.process.poll() is not None)
        assert self.process.poll() is None, self.log
        return self

    @property
    def log(self) -> str:
        """The log so far."""
        return self._log.read_text()

    @property
    def trainers(self) -> list[int]:
        """The process ids of the worker's trainers."""
        return trainers_of(self.process.pid)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the worker."""
        self.process.send_signal(number)

    def end(self) -> None:
        """Kill the worker if it still runs."""
        self.process.kill()
        self.process.wait()


def until(condition: Callable[[], object], seconds: float = 180.0) -> None:
    """Wait for a condition that must come true."""
    wait_until(condition, "a condition", seconds)


def alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stands_still(pid: int) -> bool:
    """Whether all threads of a process are stopped."""
    threads = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(thread.rpartition(")")[2].split()[0] == "T" for thread in threads)


def read(hub: Hub, experiment_id: str) -> ExperimentRecord:
    """The experiment, as clients see it."""
    with hub.read() as session:
        row = experiments.get(session, experiment_id)
        assert row is not None
        return record(row)


def rows(hub: Hub, experiment_id: str) -> tuple[MetricsRow, ...]:
    """The metrics rows of the experiment."""
    with hub.read() as session:
        return metrics.read(session, experiment_id)


def numbers(hub: Hub, experiment_id: str) -> list[str]:
    """The numbers, including NaN, that must be equal bit for bit in every run of one spec."""
    with hub.read() as session:
        reports = layer_reports.history(session, experiment_id)
    of_epochs = [row.model_dump_json(exclude=set(TIMED)) for row in rows(hub, experiment_id)]
    return [*of_epochs, *(report.model_dump_json() for report in reports)]


def log_of(hub: Hub, experiment_id: str) -> list[tuple[int, EventKind, str]]:
    """The number, kind and data of each event of the experiment."""
    with hub.read() as session:
        found = events.of_experiment(session, experiment_id, 0, 100_000)
        return [(event.seq, EventKind(event.kind), event.data) for event in found]


def wait_for_the_end(hub: Hub, experiment_id: str) -> ExperimentRecord:
    """Wait until the experiment has ended; returns it."""
    until(lambda: read(hub, experiment_id).status.final)
    return read(hub, experiment_id)


def wait_for_epoch(hub: Hub, experiment_id: str, epoch: int) -> None:
    """Wait until this epoch is recorded."""
    until(lambda: read(hub, experiment_id).progress.epoch >= epoch)


def assert_whole(hub: Hub, experiment_id: str, epochs: int) -> None:
    """Check that the log contains every epoch once and in order, that event numbers have no gap, and that the only end
    is the last event."""
    told = log_of(hub, experiment_id)
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    kinds = [kind for _, kind, _ in told]
    assert kinds.index(EventKind.END) == len(kinds) - 1
    told_epochs = [MetricsRow.model_validate_json(data).epoch for _, kind, data in told if kind is EventKind.EPOCH]
    assert told_epochs == [row.epoch for row in rows(hub, experiment_id)] == list(range(1, epochs + 1))


def lines(hub: Hub, experiment_id: str) -> Sequence[str]:
    """The experiment's log lines, as JSON."""
    return [data for _, kind, data in log_of(hub, experiment_id) if kind is EventKind.LOG]
