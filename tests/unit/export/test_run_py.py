"""`run.py` gives the trainer's results to the bit, for every word of the spec."""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch

from export.script.script import METRICS, Repeated, script
from gradus.device_name import ONEDNN_EVERYWHERE, CpuName
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from gradus.wire.metrics import MetricsRow
from preprocessing.encode import Fitted
from tests.unit.training.examples import CPU, made_up_data, made_up_outputs, weighted
from tests.unit.training.images import NETWORKS, SHAPES, conv, made_up_images
from tests.unit.training.test_engine_against_torch import VARIANTS
from worker.trainer.convert import metrics_row
from worker.training.data import Data, Split
from worker.training.report import EpochReport
from worker.training.target_scale import TargetScale
from worker.training.train import train

BASE: dict[str, Any] = {"dataset": "wine", "layers": [7, 5], "batch_size": 12, "epochs": 2}
FITTED = Fitted(digest="wine", columns=())
MORE: dict[str, dict[str, Any]] = {
    "bfloat16": {"precision": "bfloat16", "batch_norm": True},
    "orthogonal": {"init": "orthogonal", "layers": [20, 5]},
    "uniform average": {"init": {"kind": "he", "distribution": "uniform", "fan": "average"}},
    **{name: {"activation": name} for name in ("sigmoid", "tanh", "elu", "selu", "leaky_relu", "gelu", "silu", "mish")},
    "softplus": {"activation": "softplus"},
    "constant": {"init": "constant"},
    "uniform": {"init": {"kind": "uniform", "bound": 0.1}},
    "normal": {"init": "normal"},
    "diverged": {"optimizer": {"kind": "sgd", "lr": 1e6}},
}
AUGMENTED: dict[str, list[Any]] = {
    "flip": ["flip"],
    "flip and changes": ["flip", "brightness", "cutout"],
    "shift and flips": [{"kind": "flip", "axis": "both"}, {"kind": "shift", "by": 0.3}],
    "interpolated": ["crop", {"kind": "scale", "by": 0.4}, {"kind": "rotate", "degrees": 40}, "shift"],
    "changes": ["brightness", {"kind": "noise", "deviation": 0.3}, "cutout"],
    "all": ["flip", "rotate", "brightness", "noise", "cutout", {"kind": "mixup", "alpha": 0.7}],
    "mixup": ["shift", "mixup"],
}
TASKS: dict[str, tuple[Task, int, dict[str, Any]]] = {
    "labels": ("multi_label", 3, {}),
    "smoothed labels": ("multi_label", 3, {"loss": {"kind": "binary_cross_entropy", "label_smoothing": 0.1}}),
    "several targets": ("regression", 3, {}),
    "absolute": ("regression", 2, {"loss": "absolute"}),
    "huber": ("regression", 2, {"loss": {"kind": "huber", "delta": 0.5}}),
    "quantile": ("regression", 2, {"loss": {"kind": "quantile", "q": 0.1}}),
}


@pytest.mark.parametrize("words", [*VARIANTS.values(), *MORE.values()], ids=[*VARIANTS, *MORE])
def test_words_of_dense_networks(words: dict[str, Any]) -> None:
    spec = {**BASE, **words}
    _hold(spec, _float32(made_up_data(spec["dataset"])))


@pytest.mark.parametrize("name", NETWORKS)
def test_words_of_networks_for_images(name: str) -> None:
    data = made_up_images(SHAPES.get(name, (6, 6, 2)), dtype=torch.float32)
    _hold({**BASE, **NETWORKS[name]}, data)


@pytest.mark.parametrize(("task", "outputs", "words"), TASKS.values(), ids=TASKS)
def test_words_of_tasks(task: Task, outputs: int, words: dict[str, Any]) -> None:
    data = _float32(weighted(made_up_outputs(task, outputs)))
    if task == "regression":
        data = replace(data, target_scale=TargetScale((0.0,) * outputs, (2.0,) * outputs))
    _hold({**BASE, **words}, data)


def test_weights_of_examples() -> None:
    _hold(BASE, _float32(weighted(made_up_data())))


@pytest.mark.parametrize("products", ["ooo", "omm", "mom"])
def test_large_products(products: str) -> None:
    _hold({**BASE, "layers": [400, 300], "batch_size": 40}, _float32(made_up_data(train=80)), products)


def _float32(data: Data) -> Data:
    return data.to(CPU, torch.float32)


def _hold(words: dict[str, Any], data: Data, products: str = ONEDNN_EVERYWHERE) -> None:
    """Check that `run.py` repeats the run, bit for bit."""
    sizes = {"train_examples": len(data.train), "validation_examples": len(data.validation)}
    plan = data.plan.model_copy(update={**sizes, "test_examples": len(data.test)})
    resolved = ResolvedSpec(Spec(**{"epochs": 2, **words, **_short(words)}).written_out(plan.task), plan)
    reports = train([resolved.spec], replace(data, plan=plan), CPU, products=products)
    rows = [metrics_row(_row(report), 0.1, 1) for report in reports if isinstance(report, EpochReport)]
    found = list(_repeated(resolved, rows, data, str(CpuName(1, "here", products=products))))
    assert len(found) == len(rows)
    for numbers, row in zip(found, rows, strict=True):
        for name, number in zip(METRICS, numbers, strict=True):
            original = getattr(row, name)
            expected = math.nan if original is None else float(original)
            exact = name.endswith("accuracy")
            assert number == pytest.approx(expected, rel=0 if exact else 1e-12, abs=0, nan_ok=True), name


def _short(words: dict[str, Any]) -> dict[str, Any]:
    return {"epochs": min(words.get("epochs", 2), 3)}


def _row(report: EpochReport) -> Any:
    return report.members[0]


def _repeated(resolved: ResolvedSpec, rows: list[MetricsRow], data: Data, device: str) -> Any:
    """The metrics that `run.py` computes with these data."""
    text = script(Repeated("exp_1", "", resolved, FITTED, rows, device, "0"))
    names: dict[str, Any] = {"__name__": __name__, "__file__": "run.py"}
    exec(compile(text, "run.py", "exec"), names)  # noqa: S102 (our own text)

    def split(one: Split) -> Any:
        return names["Split"](one.inputs, one.targets, one.weights, one.evaluation_weights)

    parts = split(data.train), split(data.validation), split(data.test)
    names["load"] = lambda: names["Data"](*parts, data.target_scale.deviation)
    return names["run"]()


@pytest.mark.parametrize("words", AUGMENTED.values(), ids=AUGMENTED)
@pytest.mark.parametrize("pixels", ["bytes", "numbers"])
def test_augmented_images(words: list[Any], pixels: str) -> None:
    data = made_up_images((6, 8, 2), dtype=torch.float32)
    if pixels == "bytes":
        data = _as_bytes(data)
    _hold({**BASE, "dataset": {"name": "wine", "augment": words}, "layers": [conv()], "dropout": 0.2}, data)


def test_mixed_examples_have_weights_of_their_own() -> None:
    data = weighted(made_up_images((6, 8, 2), dtype=torch.float32))
    _hold({**BASE, "dataset": {"name": "wine", "augment": ["mixup"]}}, _float32(data))


def _as_bytes(data: Data) -> Data:
    def split(one: Split) -> Split:
        return Split((one.inputs * 40 + 128).clamp(0, 255).to(torch.uint8), one.targets, 255.0)

    return replace(data, train=split(data.train), validation=split(data.validation), test=split(data.test))
