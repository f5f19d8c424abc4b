"""No step of training waits for a GPU or mixes its tensors with the host's, whatever the spec says.

There is no GPU here: tensors know their shapes and devices only.
"""

from collections.abc import Callable
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from gradus.catalog import catalog
from gradus.dataset_plan import DatasetPlan
from gradus.resolved import ResolvedSpec
from gradus.spec.activation import Activation
from gradus.spec.experiment import Spec
from models.seed import generator
from tests.built_in import data_of
from tests.unit.training.fake_gpu import GPU, WaitsForDevice, fake_gpu
from tests.unit.training.images import NETWORKS, images_for
from worker.training.chunk import MAX_GROUP_OUTPUTS, ChunkTrainer
from worker.training.data import Split
from worker.training.engine import Engine
from worker.training.replay import Replay

BATCH, STEPS, EXAMPLES = 5, 1, 22
REGRESSION: dict[str, Any] = {"dataset": "diabetes", "layers": [7]}

INITIALIZERS = [
    "auto", "xavier", "he", "zeros", "orthogonal", "ntk",
    {"kind": "normal", "std": 0.1}, {"kind": "uniform", "bound": 0.1}, {"kind": "constant", "value": 0.1},
]  # fmt: skip
DENSE: dict[str, dict[str, Any]] = {
    "activations": {"layers": [{"kind": "dense", "units": 4, "activation": kind} for kind in get_args(Activation)]},
    "initializers": {"layers": [{"kind": "dense", "units": 4, "init": kind} for kind in INITIALIZERS]},
    **{f"optimizer {one.kind}": {"optimizer": one.kind, "clip_norm": 0.5} for one in catalog().families["optimizers"]},
    "nesterov": {"optimizer": {"kind": "momentum", "nesterov": True}, "l1": 0.1, "l2": 0.1},
    "decay of all": {"optimizer": {"kind": "adamw", "decay": "all"}, "batch_norm": True},
    "dropout": {"dropout": 0.3, "input_dropout": 0.2, "loss": {"kind": "cross_entropy", "label_smoothing": 0.1}},
    "bfloat16": {"precision": "bfloat16"},
    "scale": {"layers": [{"kind": "scale", "lr_factor": 6}, 7]},
    "periodic": {"number_embeddings": "periodic"},
    "no hidden layer": {"layers": [], "loss": "auto"},
    **{f"loss {kind}": {**REGRESSION, "loss": kind} for kind in ("squared", "absolute", "huber", "quantile")},
}
IMAGES = (
    "conv with padding",
    "even kernel",
    "groups",
    "batch norm of its own",
    "channel dropout",
    "max pool",
    "avg pool",
    "global avg pool",
    "flatten",
    "separable",
    "scaled images",
    "residual with projection",
    "residual twice",
)


@pytest.fixture(autouse=True)
def generators_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use generators of the CPU, because a build of torch for CPUs has none for a GPU."""

    def of_the_host(*place: Any) -> torch.Generator:
        return generator(*place[:4])

    monkeypatch.setattr("models.dropout.generator", of_the_host)
    monkeypatch.setattr("models.augment.generator", of_the_host)


def train_on_fake_gpu(plan: DatasetPlan, changes: dict[str, Any]) -> None:
    """Run a step of an array of two members on a fake GPU, compute the losses of its outputs, and evaluate."""
    spec = Spec(**{"dataset": "wine", "layers": [7, 6], "batch_size": BATCH, **changes})
    members = [
        ResolvedSpec(spec.model_copy(update={"seed": seed}).written_out(plan.task), plan).spec for seed in (0, 1)
    ]
    with fake_gpu() as gpu:
        engine = Engine(members, plan, EXAMPLES, GPU, torch.float32)
        k, outputs = len(members), plan.outputs
        examples = torch.empty(EXAMPLES, plan.inputs, device=GPU)
        results, norms = torch.empty(STEPS, k, BATCH, outputs, device=GPU), torch.empty(STEPS, k, device=GPU)
        rows = [torch.zeros(k * BATCH, dtype=torch.int64, device=GPU) for _ in range(STEPS)]
        targets, weights = targets_of(plan, STEPS, k, BATCH), torch.ones(STEPS, k, BATCH, device=GPU)
        engine.mix_with(targets_of(plan, EXAMPLES), torch.ones(EXAMPLES, device=GPU))
        engine.start_epoch(1)
        gpu.in_step = True
        replay = Replay(engine, examples, results, norms, capture=lambda body: body)
        replay(0, rows, targets, torch.ones(STEPS, k, 1, device=GPU), weights)
        losses = engine.loss.values(results, targets)
        correct = engine.loss.correct(results, targets)
        evaluated = engine.evaluate(examples)
    assert {losses.device, evaluated.device} == {GPU}
    assert correct is None or correct.device == GPU
    assert (tuple(losses.shape), tuple(evaluated.shape)) == ((STEPS, k, BATCH), (k, EXAMPLES, outputs))


def test_a_gpu_waits_once_for_as_many_chunks_as_there_is_room_for() -> None:
    spec = Spec(dataset="wine", layers=[2000, 2000], batch_size=BATCH)
    with fake_gpu():
        engine = Engine([spec, spec], data_of("wine"), EXAMPLES, GPU, torch.float32)
        examples = Split(torch.empty(EXAMPLES, 13, device=GPU), torch.zeros(EXAMPLES, dtype=torch.int64, device=GPU))
        trainer = ChunkTrainer(engine, [spec, spec], examples)
    outputs = trainer.length * 2 * BATCH * 3
    assert MAX_GROUP_OUTPUTS - outputs < trainer.pace.together * outputs <= MAX_GROUP_OUTPUTS
    assert trainer.pace.together > 1


def targets_of(plan: DatasetPlan, *shape: int) -> Tensor:
    """Targets of this shape, all 0."""
    if plan.task == "classification":
        return torch.zeros(shape, dtype=torch.int64, device=GPU)
    return torch.zeros(*shape, *([plan.outputs] if plan.outputs > 1 else []), device=GPU)


@pytest.mark.parametrize("name", DENSE)
def test_dense_networks_stay_on_the_gpu(name: str) -> None:
    changes = DENSE[name]
    train_on_fake_gpu(data_of(changes.get("dataset", "wine")), changes)


@pytest.mark.parametrize("name", IMAGES)
def test_networks_for_images_stay_on_the_gpu(name: str) -> None:
    train_on_fake_gpu(images_for(name).plan, NETWORKS[name])


@pytest.mark.parametrize(
    "words", [["flip", "shift", "cutout"], [one.kind for one in catalog().families["augmentation"]]]
)
def test_augmentation_stays_on_the_gpu(words: list[str]) -> None:
    train_on_fake_gpu(images_for("conv").plan, {**NETWORKS["conv"], "dataset": {"name": "mnist", "augment": words}})


@pytest.mark.parametrize("task", ["multi_label", "regression"])
def test_several_outputs_stay_on_the_gpu(task: str) -> None:
    names = ("a", "b", "c")
    changes = {"task": task, "classes": names if task == "multi_label" else (), "targets": names}
    loss = {"kind": "binary_cross_entropy", "label_smoothing": 0.1} if task == "multi_label" else "huber"
    train_on_fake_gpu(data_of("wine").model_copy(update=changes), {"loss": loss})


def test_every_kind_of_the_spec_that_a_step_knows_is_trained_here() -> None:
    families = catalog().families
    known = ("layers", "number_embeddings", "activations", "initializers", "normalizations", "optimizers", "losses")
    kinds = {one.kind for family in known for one in families[family]}
    said = str([*DENSE.values(), *(NETWORKS[name] for name in IMAGES)]) + "none binary_cross_entropy"
    assert {kind for kind in kinds if kind not in said} == set()


READS: dict[str, Callable[[Tensor], object]] = {
    "float": lambda x: float(x.sum()),
    "tolist": lambda x: x.tolist(),
    "bool": lambda x: bool(x.any()),
    "cpu": lambda x: x.cpu(),
    "to": lambda x: x.to("cpu"),
    "copy": lambda x: torch.empty(3).copy_(x),
    "mask": lambda x: x[x > 0],
    "upload": lambda x: x.copy_(torch.zeros(3)),
}


@pytest.mark.parametrize("name", READS)
def test_a_step_that_waits_for_the_gpu_is_noticed(name: str) -> None:
    with fake_gpu() as gpu:
        x = torch.zeros(3, device=GPU)
        gpu.in_step = True
        with pytest.raises(WaitsForDevice):
            READS[name](x)


def test_tensors_of_two_devices_are_noticed() -> None:
    with fake_gpu():
        x, y = torch.zeros(1, 3, 3, device=GPU), torch.zeros(1, 3, 3)
        for mixed in (torch.add, torch.bmm, torch.lerp):
            with pytest.raises((RuntimeError, AssertionError), match="device"):
                mixed(x, y, *([x] if mixed is torch.lerp else []))
