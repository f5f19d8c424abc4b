"""Trained networks from the files of checkpoints, of this version and of older ones."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from export.checkpoint import Unusable, Which, best_epoch, read_trained
from gradus.checkpoint_files import DOCUMENT, TENSORS
from gradus.datasets import DATASETS
from gradus.encoding import PREPROCESSING_FILE
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from tests.built_in import resolved
from worker.checkpoint.files import CheckpointState, write
from worker.data.load import split
from worker.data.tables import read_table
from worker.training.train import Training, train


def trained(dataset: str | dict[str, object] = "digits") -> tuple[Training, ResolvedSpec, str]:
    """A run of two epochs, its resolved spec, and the preprocessing of its data."""
    one = resolved(Spec(dataset=dataset, layers=[6], batch_norm=True, epochs=2))
    data = split(one.spec.dataset, one.data, read_table(DATASETS[one.spec.dataset.name]))
    training = train([one.spec], data, torch.device("cpu"))
    for _ in training:
        pass
    assert data.preprocessing is not None
    return training, one, data.preprocessing


def flat(training: Training, folder: Path) -> None:
    """Write a checkpoint as older versions did: with padded rows, and without the preprocessing of built-in data."""
    save_file(dict(training.state().tensors), folder / TENSORS)
    document = {"format": 1, "seconds": 0.0, "extensions": 0, "state": training.state().document()}
    (folder / DOCUMENT).write_text(json.dumps(document))


@pytest.mark.parametrize("which", ["last", "best"])
def test_weights_are_those_of_the_run_in_both_formats(which: Which, tmp_path: Path) -> None:
    training, one, preprocessing = trained()
    new, old = tmp_path / "new", tmp_path / "old"
    for folder in (new, old):
        folder.mkdir()
    write(CheckpointState(training.state(), 0.0, 0, training.layout, preprocessing), new)
    flat(training, old)
    wanted = training.weights(0) if which == "last" else training.best_weights(0)
    for folder in (new, old):
        found = read_trained(folder, one, which)
        assert found.tensors.keys() == wanted.keys()
        for name, tensor in wanted.items():
            assert np.array_equal(found.tensors[name], tensor.numpy()), name
        assert found.fitted.model_dump_json(indent=1) == preprocessing
    assert best_epoch(new) == best_epoch(old) == training.state().members[0].standing.best_epoch


def test_targets_are_in_their_own_units(tmp_path: Path) -> None:
    training, one, preprocessing = trained("diabetes")
    write(CheckpointState(training.state(), 0.0, 0, training.layout, preprocessing), tmp_path)
    scale = read_trained(tmp_path, one, "last").target_scale
    assert scale is not None
    assert 100 < scale.mean[0] < 200
    assert 50 < scale.deviation[0] < 100


@pytest.mark.parametrize("dataset", ["wine", {"name": "digits", "standardize": True}])
def test_an_old_checkpoint_that_lacks_the_scaling_says_what_to_do(
    dataset: str | dict[str, object], tmp_path: Path
) -> None:
    training, one, _ = trained(dataset)
    flat(training, tmp_path)
    with pytest.raises(Unusable, match="extend the run by an epoch"):
        read_trained(tmp_path, one, "last")


def test_a_network_that_has_diverged_is_not_used(tmp_path: Path) -> None:
    training, one, preprocessing = trained()
    state = training.state()
    state.tensors["parameters"][0, 0] = torch.nan
    write(CheckpointState(state, 0.0, 0, training.layout, preprocessing), tmp_path)
    with pytest.raises(Unusable, match="diverged"):
        read_trained(tmp_path, one, "last")
    assert read_trained(tmp_path, one, "best").tensors


def test_a_checkpoint_of_another_network_is_not_used(tmp_path: Path) -> None:
    training, one, preprocessing = trained()
    write(CheckpointState(training.state(), 0.0, 0, training.layout, preprocessing), tmp_path)
    wider = resolved(Spec(dataset="digits", layers=[7], batch_norm=True))
    with pytest.raises(Unusable, match="another shape"):
        read_trained(tmp_path, wider, "last")
    assert read_trained(tmp_path, one, "last").tensors


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    training, one, preprocessing = trained()
    write(CheckpointState(training.state(), 0.0, 0, training.layout, preprocessing), tmp_path)
    document = json.loads((tmp_path / DOCUMENT).read_text())
    (tmp_path / DOCUMENT).write_text(json.dumps({**document, "format": 3}))
    assert (tmp_path / PREPROCESSING_FILE).exists()
    with pytest.raises(Unusable, match="format 3"):
        read_trained(tmp_path, one, "last")
