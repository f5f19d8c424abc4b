"""The engine gives the numbers of `torch.nn` and `torch.optim`."""

from typing import Any

import pytest
import torch
from torch import Tensor

from gradus.spec.activation import ACTIVATIONS
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from tests.reference import Reference, ReferenceEpoch, reference_weights
from tests.unit.training.examples import CPU, made_up_data, made_up_outputs, weighted
from worker.training.data import Data
from worker.training.report import EpochReport, MemberEpoch
from worker.training.train import train

BASE: dict[str, Any] = {
    "dataset": "wine",
    "layers": [7, 5],
    "batch_size": 12,
    "epochs": 12,
    "optimizer": {"kind": "sgd", "lr": 0.1},
}
EXAMPLES = 100
"""Number of training examples: an epoch has nine steps, the last with 4 examples."""

REAL_MLP: dict[str, Any] = {
    "layers": [{"kind": "scale", "lr_factor": 6}, 7, 7, 7],
    "activation": "selu",
    "init": "ntk",
    "output_init": {"kind": "ntk", "std": 0, "bias_std": 0},
    "optimizer": {"kind": "adam", "lr": 0.04, "beta2": 0.95},
    "schedule": "coslog",
}
"""The settings of pytabkit's RealMLP_TD_S_CLASS, with a smaller network."""

VARIANTS: dict[str, dict[str, Any]] = {
    "sgd": {},
    "momentum": {"optimizer": {"kind": "momentum", "lr": 0.05, "momentum": 0.8}},
    "nesterov": {"optimizer": {"kind": "momentum", "lr": 0.05, "nesterov": True}},
    "adagrad": {"optimizer": {"kind": "adagrad", "lr": 0.05}},
    "rmsprop": {"optimizer": {"kind": "rmsprop", "lr": 0.003}},
    "adam": {"optimizer": {"kind": "adam", "lr": 0.01}},
    "adamw": {"optimizer": {"kind": "adamw", "lr": 0.01, "weight_decay": 0.1}},
    "adamw that decays all": {"optimizer": {"kind": "adamw", "lr": 0.01, "weight_decay": 0.1, "decay": "all"}},
    "l1": {"l1": 0.01},
    "l2": {"l2": 0.02},
    "l1 and l2 with adam": {"l1": 0.003, "l2": 0.01, "optimizer": {"kind": "adam", "lr": 0.01}},
    "clip": {"clip_norm": 0.3},
    "clip with penalty": {"clip_norm": 0.3, "l2": 0.1},
    "batch norm": {"batch_norm": True},
    "batch norm with its own numbers and adam": {
        "batch_norm": {"momentum": 0.3, "eps": 0.01},
        # without biases: under batch norm their gradient is zero but for rounding, which Adam would blow up
        "layers": [{"kind": "dense", "units": 7, "bias": False}, {"kind": "dense", "units": 5, "bias": False}],
        "optimizer": {"kind": "adam", "lr": 0.01},
    },
    "dropout": {"dropout": 0.3},
    "input dropout": {"input_dropout": 0.2},
    "dropout with batch norm": {"dropout": 0.3, "input_dropout": 0.2, "batch_norm": True},
    "no bias": {"layers": [{"kind": "dense", "units": 7, "bias": False}, 5]},
    "scale": {"layers": [{"kind": "scale", "lr_factor": 6}, 7, {"kind": "scale"}], "l2": 0.01, "dropout": 0.3},
    "ntk form": {"init": "ntk", "layers": [7, {"kind": "dense", "units": 5, "init": "he"}], "batch_norm": True},
    "ntk form with adam": {"init": "ntk", "optimizer": {"kind": "adam", "lr": 0.02}, "l1": 0.001},
    "ntk form with adamw": {"init": {"kind": "ntk", "bias_lr_factor": 3}, "optimizer": {"kind": "adamw", "lr": 0.02}},
    "output from zero": {"output_init": "zeros"},
    "periodic embeddings": {"number_embeddings": {"kind": "periodic", "lr_factor": 1, "sigma": 0.5}, "dropout": 0.2},
    "periodic embeddings with adamw": {
        "number_embeddings": {"kind": "periodic", "frequencies": 5, "size": 3},
        "optimizer": {"kind": "adamw", "lr": 0.02},
        "l2": 0.01,
        "input_dropout": 0.2,
    },
    "RealMLP-TD-S": REAL_MLP,
    "RealMLP with embeddings": {**REAL_MLP, "number_embeddings": "periodic"},
    "no hidden layer": {"layers": []},
    "identity after batch norm": {"activation": "identity", "batch_norm": True},
    "step decay": {"schedule": {"kind": "step", "every": 3, "factor": 0.5}},
    "exponential decay": {"schedule": {"kind": "exponential", "factor": 0.8, "warmup": 2.5}},
    "cosine": {"schedule": {"kind": "cosine", "final": 0.1, "warmup": 1}},
    "cosine of the logarithm": {"schedule": "coslog"},
    "inverse time": {"schedule": {"kind": "inverse_time", "decay": 0.5}},
    "warm-up": {"schedule": {"kind": "constant", "warmup": 3.5}},
    "stochastic": {"batch_size": 1, "epochs": 2},
    "full batch": {"batch_size": "full", "epochs": 100},
    "regression": {"dataset": "diabetes", "optimizer": {"kind": "sgd", "lr": 0.01}},
    "label smoothing": {"loss": {"kind": "cross_entropy", "label_smoothing": 0.2}},
    "absolute error": {"dataset": "diabetes", "loss": "absolute"},
    "huber": {"dataset": "diabetes", "loss": {"kind": "huber", "delta": 0.7}, "optimizer": {"kind": "sgd", "lr": 0.02}},
    "quantile": {"dataset": "diabetes", "loss": {"kind": "quantile", "q": 0.9}},
    **{f"activation {name}": {"activation": name} for name in ACTIVATIONS},
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_a_run_gives_the_numbers_of_plain_torch(variant: dict[str, Any]) -> None:
    experiment = Spec(**{**BASE, **variant})
    examples = EXAMPLES if experiment.batch_size != 1 else EXAMPLES // 2
    same_as_plain_torch(experiment, made_up_data(experiment.dataset.name, examples))


OUTPUTS: list[tuple[Task, Any]] = [
    ("multi_label", "auto"),
    ("multi_label", {"kind": "binary_cross_entropy", "label_smoothing": 0.2}),
    ("regression", "squared"),
    ("regression", "absolute"),
    ("regression", {"kind": "huber", "delta": 0.5}),
    ("regression", {"kind": "quantile", "q": 0.8}),
]


@pytest.mark.parametrize(("task", "loss"), OUTPUTS, ids=str)
def test_labels_and_several_targets_give_the_numbers_of_plain_torch(task: Task, loss: Any) -> None:
    data = made_up_outputs(task, train=EXAMPLES)
    same_as_plain_torch(Spec(**{**BASE, "loss": loss}), data if loss == "auto" else weighted(data))


@pytest.mark.parametrize("changes", [{}, {"dataset": "diabetes", "optimizer": {"kind": "sgd", "lr": 0.01}}], ids=str)
def test_weights_give_the_numbers_of_a_weighted_loss(changes: dict[str, Any]) -> None:
    experiment = Spec(**{**BASE, **changes})
    same_as_plain_torch(experiment, weighted(made_up_data(experiment.dataset.name, EXAMPLES)))


def same_as_plain_torch(experiment: Spec, data: Data) -> None:
    training = train([experiment], data, CPU, dtype=torch.float64)
    batch = len(data.train) if experiment.batch_size == "full" else experiment.batch_size
    reference = Reference(experiment, data, training.weights(0), batch)
    for report in training:
        if isinstance(report, EpochReport):
            assert report.members[0] is not None
            _same_metrics(report.members[0], reference.epoch(report.epoch))
    _same_weights(training.weights(0), reference_weights(reference.network))
    assert reference.step >= 100


def _same_metrics(ours: MemberEpoch, theirs: ReferenceEpoch) -> None:
    assert ours.train_loss == pytest.approx(theirs.train_loss, rel=1e-9)
    assert ours.validation_loss == pytest.approx(theirs.validation_loss, rel=1e-9)
    assert ours.penalty == pytest.approx(theirs.penalty, rel=1e-9)
    assert ours.gradient_norm == pytest.approx(theirs.gradient_norm, rel=1e-9)
    assert ours.learning_rate == pytest.approx(theirs.learning_rate, rel=1e-12)
    assert ours.train_accuracy is None or ours.train_accuracy == pytest.approx(theirs.train_accuracy)


def _same_weights(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    assert ours.keys() == theirs.keys()
    for name, tensor in ours.items():
        torch.testing.assert_close(tensor, theirs[name], rtol=1e-9, atol=1e-12)
