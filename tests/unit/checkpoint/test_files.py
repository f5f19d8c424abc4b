"""The state of a run, written to files and read back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gradus.checkpoint_files import DOCUMENT, TENSORS
from gradus.spec.experiment import Spec
from hub.artifacts.manifest import Damaged
from tests.built_in import data_of
from worker.checkpoint.files import CheckpointState, read, write
from worker.checkpoint.restore import extend, fork_state
from worker.training.data import Data, Split
from worker.training.report import EpochReport, Finished, Pulse, StoppedEarly
from worker.training.state import State
from worker.training.train import Training, train

CPU = torch.device("cpu")


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Use one thread: with several, waiting for each other would take longer than these small steps."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


OPTIMIZERS = ["sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw"]


def noise(examples: int, seed: int) -> Split:
    draws = torch.Generator().manual_seed(seed)
    return Split(torch.rand(examples, 64, generator=draws), torch.arange(examples) % 10)


DATA = Data(noise(96, 1), noise(32, 2), noise(32, 3), data_of("digits"))


def spec(**changes: object) -> Spec:
    return Spec(**{"dataset": "digits", "layers": [8, 6], "batch_size": 16, "epochs": 4, **changes})


def run(experiment: Spec, state: State | None = None) -> Training:
    return train([experiment], DATA, CPU, state=state, pulse_steps=2)


def numbers(training: Training) -> list[EpochReport]:
    return [report for report in training if isinstance(report, EpochReport)]


def kept(training: Training, preprocessing: str | None = None) -> CheckpointState:
    return CheckpointState(training.state(), 1.5, 2, training.layout, preprocessing)


def stored(training: Training, folder: Path) -> State:
    """The state of a run, after it was written and read."""
    folder.mkdir()
    write(kept(training), folder)
    back = read(folder, training.layout)
    assert (back.seconds, back.extensions) == (1.5, 2)
    return back.state


@pytest.mark.parametrize("document", [None, '{"format": 1, "columns": ["ä"]}'])
def test_a_checkpoint_keeps_the_preprocessing_of_its_weights(document: str | None, tmp_path: Path) -> None:
    training = run(spec())
    write(kept(training, document), tmp_path)
    assert read(tmp_path, training.layout).preprocessing == document
    assert (tmp_path / "preprocessing.json").exists() == (document is not None)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("reports", [2, 4, 6])
def test_a_run_goes_on_from_files_with_the_same_bits(optimizer: str, reports: int, tmp_path: Path) -> None:
    """An epoch has three pulses and a report, so the run is interrupted in the middle of an epoch, at the end of an
    epoch, and in the middle of the next."""
    experiment = spec(
        optimizer=optimizer, batch_norm=True, dropout=0.3, schedule={"kind": "cosine", "warmup": 1}, early_stopping=True
    )
    undisturbed = numbers(run(experiment))
    disturbed = run(experiment)
    before = [next(disturbed) for _ in range(reports)]
    state = stored(disturbed, tmp_path / "state")
    after = numbers(run(experiment, state))
    assert [report for report in before if isinstance(report, EpochReport)] + after == undisturbed


def test_every_tensor_and_every_number_comes_back(tmp_path: Path) -> None:
    training = run(spec(optimizer="adam", batch_norm=True))
    for _ in range(5):
        next(training)
    state = training.state()
    back = stored(training, tmp_path / "state")
    assert back.document() == state.document()
    assert back.tensors.keys() == state.tensors.keys()
    for name, tensor in state.tensors.items():
        assert back.tensors[name].dtype == tensor.dtype
        assert torch.equal(back.tensors[name], tensor), name


def test_nothing_is_pickled(tmp_path: Path) -> None:
    write(kept(run(spec())), tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".json"}


def test_another_format_is_refused(tmp_path: Path) -> None:
    training = run(spec())
    write(kept(training), tmp_path)
    document = json.loads((tmp_path / DOCUMENT).read_text())
    (tmp_path / DOCUMENT).write_text(json.dumps({**document, "format": 99}))
    with pytest.raises(Damaged, match="format 99"):
        read(tmp_path, training.layout)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_goes_on_from_files_of_format_1_with_the_same_bits(optimizer: str, tmp_path: Path) -> None:
    """In format 1, parameters were stored as padded rows."""
    experiment = spec(optimizer=optimizer, batch_norm=True)
    undisturbed = numbers(run(experiment))
    training = run(experiment)
    for _ in range(6):
        next(training)
    save_file(dict(training.state().tensors), tmp_path / TENSORS)
    document = {"format": 1, "seconds": 1.5, "extensions": 2, "state": training.state().document()}
    (tmp_path / DOCUMENT).write_text(json.dumps(document))
    after = numbers(run(experiment, read(tmp_path, training.layout).state))
    assert after == undisturbed[-len(after) :]
    assert len(after) == 3


def test_every_parameter_has_a_name_and_its_own_shape(tmp_path: Path) -> None:
    write(kept(run(spec(optimizer="adam", batch_norm=True))), tmp_path)
    tensors = load_file(tmp_path / TENSORS)
    assert tensors["parameters/layers/0.weight"].shape == (64, 8)
    assert tensors["best.parameters/output.bias"].shape == (10,)
    assert tensors["adam.square/layers/1.gamma"].shape == (6,)
    assert tensors["statistics/layers/1.running_mean"].shape == (6,)
    assert "parameters" not in tensors


def test_a_checkpoint_without_a_parameter_is_damaged(tmp_path: Path) -> None:
    training = run(spec())
    write(kept(training), tmp_path)
    tensors = load_file(tmp_path / TENSORS)
    del tensors["best.parameters/output.bias"]
    save_file(tensors, tmp_path / TENSORS)
    with pytest.raises(Damaged, match=r"best\.parameters/output\.bias"):
        read(tmp_path, training.layout)


def test_an_extended_run_has_the_bits_of_one_that_was_longer_from_the_start() -> None:
    short, long = spec(epochs=2, optimizer="adam"), spec(epochs=5, optimizer="adam")
    training = run(short)
    first = numbers(training)
    second = numbers(run(long, extend(training.state())))
    longer = numbers(run(long))
    assert isinstance(first[-1].members[0].ending, Finished)  # type: ignore[union-attr]
    assert second == longer[2:]


def test_a_run_that_stopped_early_goes_on_when_extended_however_few_epochs_it_gets() -> None:
    experiment = spec(epochs=50, early_stopping={"patience": 1}, optimizer={"kind": "sgd", "lr": 1e-9})
    training = run(experiment)
    stopped = numbers(training)
    assert isinstance(stopped[-1].members[0].ending, StoppedEarly)  # type: ignore[union-attr]
    total = stopped[-1].epoch + 1
    further = numbers(run(spec(epochs=total, early_stopping={"patience": 1}), extend(training.state())))
    assert [report.epoch for report in further] == [total]


@pytest.mark.parametrize(("to", "carried"), [("adam", True), ("adamw", True), ("momentum", False), ("sgd", False)])
def test_a_graft_takes_the_weights_and_the_memory_of_an_optimizer_of_its_kind(to: str, carried: bool) -> None:
    source = run(spec(optimizer="adam", batch_norm=True))
    for report in source:
        if not isinstance(report, Pulse) and report.epoch == 2:
            break
    state = fork_state(source.state().split()[0])
    fork = run(spec(optimizer=to, batch_norm=True, epochs=6), state)
    begun, taken = fork.state().tensors, source.state().tensors
    for name in ("parameters", "statistics"):
        assert torch.equal(begun[name], taken[name])
        assert torch.equal(begun[f"best.{name}"], taken[name])
    memory = [name for name in begun if name.startswith(("adam.", "momentum."))]
    assert (
        all(torch.equal(begun[name], taken[name]) for name in memory)
        if carried
        else not any(begun[name].any() for name in memory)
    )
    assert fork.state().members[0].standing.best is None
    assert [report.epoch for report in numbers(fork)] == [3, 4, 5, 6]
