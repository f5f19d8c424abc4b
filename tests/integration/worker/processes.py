"""Real worker processes for tests, and functions that read their state and that of their runs."""

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
"""What differs between two runs of one spec."""
EPOCHS = 60
SPEC = {"layers": [64, 32], "dropout": 0.2, "epochs": EPOCHS}
"""A second or two."""
LONG_EPOCH = {"layers": [1536, 1536, 1536], "batch_size": 1, "epochs": 1}
"""Half a minute an epoch on the 1 200 digits, and a pulse every few steps."""


class WorkerUnderTest:
    """One `python -m worker`; its log goes to a file."""

    def __init__(self, settings: Settings, log: Path, slots: int = 1, memory: float | None = None) -> None:
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
            "GRADUS_STOP_SECONDS": "180",  # a trainer that gets little processor time is not replaced
            "GRADUS_CHECKPOINT_SECONDS": str(settings.checkpoint_seconds),
            "GRADUS_TURN_SECONDS": str(settings.turn_seconds),
            "GRADUS_DEVICE": "cpu",
            **({} if memory is None else {"GRADUS_MEMORY": str(memory)}),
        }
        with log.open("ab") as sink:
            self.process = start(["worker", f"--slots={slots}", "--threads=1"], env, sink)

    def wait_until_ready(self) -> "WorkerUnderTest":
        """Until it takes hints."""
        until(lambda: "ready." in self.log or self.process.poll() is not None)
        assert self.process.poll() is None, self.log
        return self

    @property
    def log(self) -> str:
        """What it said so far."""
        return self._log.read_text()

    @property
    def trainers(self) -> list[int]:
        """The processes that train for it."""
        return trainers_of(self.process.pid)

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self) -> None:
        """Make sure that it is gone."""
        self.process.kill()
        self.process.wait()


def until(condition: Callable[[], object], seconds: float = 180.0) -> None:
    """Wait for a condition that must come true."""
    wait_until(condition, "a condition", seconds)


def alive(pid: int) -> bool:
    """Whether a process is there, a zombie not counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stands_still(pid: int) -> bool:
    """Whether every thread of a process has been stopped."""
    threads = [file.read_text() for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return all(thread.rpartition(")")[2].split()[0] == "T" for thread in threads)


def read(hub: Hub, experiment_id: str) -> ExperimentRecord:
    """The experiment as clients see it."""
    with hub.read() as session:
        row = experiments.get(session, experiment_id)
        assert row is not None
        return record(row)


def rows(hub: Hub, experiment_id: str) -> tuple[MetricsRow, ...]:
    """Its metrics."""
    with hub.read() as session:
        return metrics.read(session, experiment_id)


def numbers(hub: Hub, experiment_id: str) -> list[str]:
    """What must be equal bit for bit in every run of one spec, NaN included."""
    with hub.read() as session:
        reports = layer_reports.history(session, experiment_id)
    of_epochs = [row.model_dump_json(exclude=set(TIMED)) for row in rows(hub, experiment_id)]
    return [*of_epochs, *(report.model_dump_json() for report in reports)]


def log_of(hub: Hub, experiment_id: str) -> list[tuple[int, EventKind, str]]:
    """Its events: number, kind, data."""
    with hub.read() as session:
        found = events.of_experiment(session, experiment_id, 0, 100_000)
        return [(event.seq, EventKind(event.kind), event.data) for event in found]


def wait_for_the_end(hub: Hub, experiment_id: str) -> ExperimentRecord:
    """The experiment once it is over."""
    until(lambda: read(hub, experiment_id).status.final)
    return read(hub, experiment_id)


def wait_for_epoch(hub: Hub, experiment_id: str, epoch: int) -> None:
    """Until so many epochs are recorded."""
    until(lambda: read(hub, experiment_id).progress.epoch >= epoch)


def assert_whole(hub: Hub, experiment_id: str, epochs: int) -> None:
    """Every epoch once and in order, event numbers without a gap, one end, and nothing after it."""
    told = log_of(hub, experiment_id)
    assert [seq for seq, _, _ in told] == list(range(1, len(told) + 1))
    kinds = [kind for _, kind, _ in told]
    assert kinds.index(EventKind.END) == len(kinds) - 1
    told_epochs = [MetricsRow.model_validate_json(data).epoch for _, kind, data in told if kind is EventKind.EPOCH]
    assert told_epochs == [row.epoch for row in rows(hub, experiment_id)] == list(range(1, epochs + 1))


def lines(hub: Hub, experiment_id: str) -> Sequence[str]:
    """Its log lines, as JSON."""
    return [data for _, kind, data in log_of(hub, experiment_id) if kind is EventKind.LOG]
