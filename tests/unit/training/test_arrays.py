"""A member of an array trains as if it were alone."""

from typing import Any

import pytest
import torch

from gradus.array import array_shape
from gradus.spec.conv import Conv
from gradus.spec.experiment import Spec
from tests.built_in import resolved
from tests.unit.training.examples import CPU, made_up_data
from tests.unit.training.images import conv, made_up_images
from worker.training.report import Divergence, EpochReport, Finished, MemberEpoch
from worker.training.train import Training, train

BASE: dict[str, Any] = {"dataset": "wine", "layers": [7, 5], "batch_size": 12, "epochs": 5, "activation": "tanh"}
IMAGES: dict[str, Any] = {"dataset": "mnist"}
REGRESSION: dict[str, Any] = {"dataset": "diabetes"}

DIFFERENCES: dict[str, list[dict[str, Any]]] = {
    "seeds": [{"seed": seed} for seed in range(4)],
    "initialisers": [{"init": init} for init in ("xavier", "he", {"kind": "normal", "std": 0.2}, "orthogonal")],
    "penalties": [{"l1": 0.01}, {"l2": 0.02}, {}, {"l1": 0.001, "l2": 0.001}],
    "dropout": [{"dropout": 0.3}, {}, {"input_dropout": 0.2}, {"dropout": 0.5, "seed": 3}],
    "clipping": [{"clip_norm": 0.1}, {}, {"clip_norm": 0.5}],
    "schedules": [{"schedule": "cosine"}, {"schedule": {"kind": "constant", "warmup": 2}}, {"schedule": "exponential"}],
    "epochs": [{"epochs": 2}, {"epochs": 5}, {"epochs": 1}],
    "with batch norm": [{"batch_norm": True, "seed": seed} for seed in (0, 1)],
    "sgd": [{"optimizer": {"kind": "sgd", "lr": lr}} for lr in (0.1, 0.01)],
    "momentum": [
        {"optimizer": {"kind": "momentum", "lr": 0.1, "momentum": 0.5}},
        {"optimizer": {"kind": "momentum", "lr": 0.02, "nesterov": True}},
    ],
    "adagrad": [{"optimizer": {"kind": "adagrad", "lr": 0.1}}, {"optimizer": {"kind": "adagrad", "eps": 0.1}}],
    "rmsprop": [{"optimizer": {"kind": "rmsprop", "rho": 0.5}}, {"optimizer": {"kind": "rmsprop", "eps": 0.1}}],
    "adam": [{"optimizer": {"kind": "adam", "lr": 0.1}}, {"optimizer": {"kind": "adam", "beta1": 0.5, "eps": 0.1}}],
    "factors": [
        {"layers": [{"kind": "scale", "lr_factor": 6}, 7], "init": "ntk"},
        {"layers": [{"kind": "scale"}, 7], "init": {"kind": "ntk", "bias_lr_factor": 2, "std": 0.5}},
    ],
    "embeddings": [
        {"number_embeddings": {"kind": "periodic", "sigma": 0.5}},
        {"number_embeddings": {"kind": "periodic", "lr_factor": 1}},
    ],
    "decays": [{"optimizer": {"kind": "adamw", "lr": 0.1}}, {"optimizer": {"kind": "adamw", "decay": "all"}}],
    "adamw": [{"optimizer": {"kind": "adamw", "lr": 0.1}}, {"optimizer": {"kind": "adamw", "weight_decay": 1.0}}],
    "label smoothing": [{"loss": {"kind": "cross_entropy", "label_smoothing": factor}} for factor in (0.3, 0.0)],
    "huber": [{**REGRESSION, "loss": {"kind": "huber", "delta": delta}} for delta in (0.3, 2.0, None)],
    "quantiles": [{**REGRESSION, "loss": {"kind": "quantile", "q": q}} for q in (0.1, 0.9)],
    "images": [
        {**IMAGES, "layers": [conv(), {"kind": "residual", "layers": [conv(6, stride=2)]}, "max_pool", 5], **one}
        for one in ({"seed": 1, "dropout": 0.3}, {"init": "orthogonal", "l2": 0.01}, {"seed": 1, "input_dropout": 0.1})
    ],
    "images with batch norm": [
        {
            **IMAGES,
            "layers": [conv(), "avg_pool", {"kind": "separable_conv", "channels": 3}],
            "batch_norm": True,
            "seed": seed,
        }
        for seed in (0, 1)
    ],
    "bfloat16 images": [{**IMAGES, "layers": [conv()], "precision": "bfloat16", "seed": seed} for seed in (0, 1)],
    "bfloat16": [{"precision": "bfloat16", "seed": seed} for seed in (0, 1)],
}


def _epochs(training: Training) -> list[EpochReport]:
    return [report for report in training if isinstance(report, EpochReport)]


def _numbers(row: MemberEpoch) -> dict[str, float]:
    fields = ("train_loss", "validation_loss", "test_loss", "penalty", "learning_rate", "gradient_norm")
    return {name: getattr(row, name) for name in fields}


@pytest.mark.parametrize(("dtype", "rel"), [(torch.float64, 1e-9), (torch.float32, 1e-4)], ids=["float64", "float32"])
@pytest.mark.parametrize("differences", DIFFERENCES.values(), ids=DIFFERENCES)
def test_a_member_equals_the_run_alone(differences: list[dict[str, Any]], dtype: torch.dtype, rel: float) -> None:
    experiments = [Spec(**{**BASE, **difference}) for difference in differences]
    images = any(isinstance(layer, Conv) for layer in experiments[0].layers)
    data = made_up_images() if images else made_up_data(experiments[0].dataset.name)
    together = _epochs(train(experiments, data, CPU, dtype=dtype))
    for k, experiment in enumerate(experiments):
        alone = _epochs(train([experiment], data, CPU, dtype=dtype))
        assert len(alone) == experiment.epochs
        for one, many in zip(alone, together, strict=False):
            row, member = one.members[0], many.members[k]
            assert row is not None
            assert member is not None
            assert _numbers(member) == pytest.approx(_numbers(row), rel=rel, abs=1e-12)
            assert (member.is_best, member.ending) == (row.is_best, row.ending)


def test_a_member_that_diverges_leaves_its_neighbours_as_they_are() -> None:
    def run(rate: float) -> tuple[list[EpochReport], Training]:
        rates = (0.1, rate, 0.05)
        experiments = [Spec(**{**BASE, "activation": "relu", "optimizer": {"kind": "sgd", "lr": lr}}) for lr in rates]
        training = train(experiments, made_up_data(), CPU)
        return _epochs(training), training

    (healthy, one), (sick, other) = run(0.2), run(1e6)
    first = sick[0].members[1]
    assert first is not None
    assert isinstance(first.ending, Divergence)
    assert [report.members[1] for report in sick[1:]] == [None] * 4
    for k in (0, 2):
        assert [report.members[k] for report in sick] == [report.members[k] for report in healthy]
        for name, tensor in one.weights(k).items():
            assert torch.equal(tensor, other.weights(k)[name])


def test_members_that_finish_sooner_are_reported_no_more() -> None:
    experiments = [Spec(**{**BASE, "epochs": epochs}) for epochs in (1, 3)]
    reports = _epochs(train(experiments, made_up_data(), CPU))
    reported = [[row is not None for row in report.members] for report in reports]
    assert reported == [[True, True], [False, True], [False, True]]
    assert [row.ending for row in reports[0].members if row] == [Finished(), None]


@pytest.mark.parametrize(
    "difference",
    [
        {"layers": [7, 6]},
        {"activation": "relu"},
        {"batch_norm": True},
        {"optimizer": "sgd"},
        {"batch_size": 13},
        {"dataset": "breast_cancer"},
        {"precision": "bfloat16"},
    ],
    ids=str,
)
def test_what_members_must_share_tells_their_shapes_apart(difference: dict[str, Any]) -> None:
    assert array_shape(resolved(Spec(**BASE))) != array_shape(resolved(Spec(**{**BASE, **difference})))


def test_members_must_share_the_kind_of_loss() -> None:
    kinds = ("squared", "absolute", "huber", "quantile")
    assert len({array_shape(resolved(Spec(**{**BASE, **REGRESSION, "loss": kind}))) for kind in kinds}) == 4


@pytest.mark.parametrize("differences", DIFFERENCES.values(), ids=DIFFERENCES)
def test_what_members_may_differ_in_leaves_the_shape(differences: list[dict[str, Any]]) -> None:
    experiments = [Spec(**{**BASE, **difference}) for difference in differences]
    named = experiments[0].model_copy(update={"name": "another", "seed": 9})
    assert len({array_shape(resolved(experiment)) for experiment in [*experiments, named]}) == 1
