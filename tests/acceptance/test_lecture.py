"""`gradus lecture` with its own data folder: its output, and the two runs that it leaves behind."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gradus.client import Client
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from gradus.spec.optimizer import SGD
from gradus.status import EventKind, FailureCode, Status
from gradus.wire.metrics import MetricsRow
from tests.servers.processes import Program, saved_client

pytestmark = pytest.mark.mnist


@dataclass(frozen=True)
class Lecture:
    """The data folder and the output of the command, which has ended."""

    folder: Path
    printed: str


@pytest.fixture(scope="module")
def lecture(tmp_path_factory: pytest.TempPathFactory) -> Lecture:
    """Run the command to its end: it trains and watches both runs, and then stops its service."""
    folder = tmp_path_factory.mktemp("lecture")
    env = {"GRADUS_DATA_DIR": str(folder / "data")}
    with Program(folder / "lecture.log", "gradus.cli", "lecture", "--once", "--port", 0, env=env) as program:
        assert program.process.wait(800) == 0, program.log.read_text()
    return Lecture(folder, program.log.read_text())


@pytest.fixture(scope="module")
def client(lecture: Lecture) -> Iterator[Client]:
    """A client of a new service with one slot, on the data folder of the lecture."""
    env = {"GRADUS_DATA_DIR": str(lecture.folder / "data"), "GRADUS_SLOTS": "1"}
    command = ("hub.embedded", "--port", 0, "--workers", 1)
    with Program(lecture.folder / "up.log", *command, env=env) as program:
        program.wait_for("data ")
        with saved_client(lecture.folder / "data") as client:
            yield client


def told(client: Client, spec: Spec) -> Sequence[MetricsRow]:
    """The metrics rows in the event stream of the lecture's run of this spec."""
    (run,) = (one for one in client.experiments.list() if one.record.name == spec.name)
    events = list(run.events())
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    rows = [event.data for event in events if isinstance(event.data, MetricsRow)]
    assert events[-1].kind is EventKind.END
    assert client.experiments.get(run.id).status is Status.SUCCEEDED
    assert list(client.experiments.get(run.id).metrics().data) == rows
    return rows


def test_it_shows_its_runs_beside_its_own_numbers_and_stops(lecture: Lecture) -> None:
    for name, numbers in (("gradient descent", "0.9645"), ("adam + batch norm", "0.9799")):
        epochs = [line for line in lecture.printed.splitlines() if line.startswith(f"{name}: epoch ")]
        assert [line.split()[len(name.split()) + 1] for line in epochs] == [f"{epoch}/10" for epoch in range(1, 11)]
        assert f"(the lecture: {numbers})" in lecture.printed
    assert "/docs" in lecture.printed
    assert "Stopped." in lecture.printed


def accuracies(rows: Sequence[MetricsRow]) -> list[float]:
    return [row.test_accuracy or 0.0 for row in rows]


def test_gradient_descent_without_batch_norm_ends_where_the_lecture_ends(client: Client) -> None:
    reached = accuracies(told(client, GRADIENT_DESCENT))
    assert len(reached) == 10
    assert reached[-1] >= 0.9645


def test_adam_with_batch_norm_is_ahead_after_one_epoch_and_passes_98_percent(client: Client) -> None:
    reached = accuracies(told(client, ADAM_BATCH_NORM))
    assert len(reached) == 10
    assert reached[0] >= 0.9686
    assert max(reached) >= 0.980


def test_a_learning_rate_of_1000_fails_and_says_where(client: Client) -> None:
    created = client.experiments.create(GRADIENT_DESCENT.model_copy(update={"optimizer": SGD(lr=1000)}))
    end = list(client.experiments.get(created.id).events())[-1]
    assert end.kind is EventKind.END
    failed = client.experiments.get(created.id)
    assert failed.status is Status.FAILED
    assert failed.error is not None
    assert (failed.error.code, failed.error.epoch) == (FailureCode.DIVERGED, 1)
    assert failed.error.step is not None
    assert 1 <= failed.error.step <= 1100
    assert failed.error.layer in {"layers/0", "layers/1", "output"}
    (row,) = client.experiments.get(created.id).metrics().data
    assert not math.isfinite(row.train_loss)
