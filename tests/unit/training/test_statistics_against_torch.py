"""The statistics of layers are those of torch's autograd, in float64."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from math import isnan, log, sqrt
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gradus.spec.experiment import Spec
from gradus.wire.layer_report import LayerReport
from tests.reference import MaskedDropout, Reference, reference_losses, reference_parameters
from tests.unit.training.examples import CPU, made_up_data, made_up_outputs, weighted
from tests.unit.training.images import NETWORKS, images_for
from tests.unit.training.test_engine_against_torch import BASE, VARIANTS
from worker.training.data import Data, Split
from worker.training.report import EpochReport
from worker.training.statistics.sample import sample
from worker.training.train import train

EPOCHS = 2
SIMPLE: dict[str, tuple[dict[str, Any], Data]] = {
    **{
        name: ({**BASE, **VARIANTS[name]}, made_up_data("wine"))
        for name in (
            "sgd",
            "adam",
            "clip with penalty",
            "dropout with batch norm",
            "scale",
            "ntk form with adam",
            "periodic embeddings",
            "label smoothing",
            "full batch",
            "stochastic",
            "activation sigmoid",
            "activation selu",
            "activation gelu",
            "activation leaky_relu",
        )
    },
    "regression": ({**BASE, "dataset": "diabetes", "optimizer": {"kind": "sgd", "lr": 0.01}}, made_up_data("diabetes")),
    "weights": (BASE, weighted(made_up_data("wine"))),
    "labels": (
        {**BASE, "loss": {"kind": "binary_cross_entropy", "label_smoothing": 0.2}},
        made_up_outputs("multi_label"),
    ),
    **{
        name: ({**BASE, **NETWORKS[name]}, images_for(name))
        for name in ("batch norm", "channel dropout", "residual twice", "residual with projection")
    },
}


class Recorded(Reference):
    """A reference that keeps the loss of every example."""

    def reported(self, outputs: Tensor, split: Split) -> float:
        self.losses.append(self._each(outputs.detach(), split))
        return super().reported(outputs, split)

    def _each(self, outputs: Tensor, split: Split) -> Tensor:
        plain = type(self.loss)() if self.data.task != "regression" else self.loss
        weights = split.evaluation_weights
        losses = reference_losses(plain, outputs, split.targets)
        return losses if weights is None else weights * losses

    losses: list[Tensor]


@pytest.mark.parametrize("name", SIMPLE)
def test_every_statistic_is_that_of_autograd(name: str) -> None:
    document, data = SIMPLE[name]
    experiment = Spec(**{**document, "epochs": EPOCHS})
    training = train([experiment], data, CPU, dtype=torch.float64)
    batch = len(data.train) if experiment.batch_size == "full" else int(experiment.batch_size)
    reference = Recorded(experiment, data, training.weights(0), batch)
    best: Tensor | None = None
    for report in training:
        if not isinstance(report, EpochReport):
            continue
        reference.losses = []
        reference.epoch(report.epoch)
        assert report.members[0] is not None
        measured = report.members[0].measured
        assert measured is not None
        expected, best = _losses(reference, batch, best)
        with _unchanged(reference):
            expected |= _activations(reference) | _scores(reference) | _step(reference, batch)
        _assert_equal(measured.report, expected)


def _losses(reference: Recorded, batch: int, best: Tensor | None) -> tuple[dict[tuple[str, str], float], Tensor]:
    """F and the paired t, computed from the losses of single examples, and the validation losses of the best epoch."""
    *steps, validation = reference.losses
    full = [step for step in steps if len(step) == batch]
    found: dict[tuple[str, str], float] = {}
    if len(full) > 2 and batch > 1:
        means = [float(step.mean()) for step in full]
        between = sum((b - a) ** 2 / 2 for a, b in pairwise(means)) / (len(full) - 1)
        within = sum(float(((step - step.mean()) ** 2).sum()) / (batch - 1) for step in full) / len(full)
        found["", "variance_ratio"] = between / (within / batch)
    if full and reference.data.task == "classification":
        guess = log(reference.plan.outputs)
        losses = torch.cat(full).flatten()
        found["", "easy"] = float((losses < guess / 4).double().mean())
        found["", "hard"] = float((losses > guess).double().mean())
    if best is None:
        return found, validation
    differences = (validation - best).tolist()
    mean = sum(differences) / len(differences)
    variance = sum((one - mean) ** 2 for one in differences) / (len(differences) - 1)
    found["", "validation_t"] = mean / sqrt(variance / len(differences))
    return found, min(best, validation, key=lambda losses: float(losses.mean()))


def _activations(reference: Reference) -> dict[tuple[str, str], float]:
    """The statistics of every layer that learns or has an activation function, computed from its outputs in evaluation
    mode."""
    found: dict[tuple[str, str], float] = {}
    reference.network.eval()
    seen = _watched(reference, reference.data.train.inputs)
    for layer, (z, a) in seen.items():
        flat = a.detach().flatten(1)  # (n, units)
        variance = sum(float(unit.var(correction=0)) for unit in flat.unbind(1))
        moment = sum(float(unit.square().mean()) for unit in flat.unbind(1))
        found[layer, "share"] = variance / moment
        found[layer, "mean"], found[layer, "deviation"] = float(flat.mean()), float(flat.std(correction=0))
        found[layer, "largest"] = float(flat.abs().max())
        kind = next(one.activation for one in reference.plan.layers if one.name == layer)
        if kind == "identity":
            continue
        slopes = _slopes(reference, layer, z)
        largest = float(_slopes(reference, layer, torch.linspace(-12, 12, 240_001, dtype=torch.float64)).max())
        found[layer, "flat"] = float((slopes.abs() < 0.05 * largest).double().mean())
        if kind == "relu":
            dead = (a.flatten(0, -2) == 0).all(0)
            found[layer, "dead"] = float(dead.double().mean())
    reference.network.train()
    return found


def _scores(reference: Reference) -> dict[tuple[str, str], float]:
    """Loss and accuracy over all training examples in evaluation mode, from the outputs that `_activations` has
    computed."""
    split = reference.data.train
    losses = _plain_losses(reference, reference.outputs, split)  # type: ignore[attr-defined]
    unit = reference.data.target_scale.deviation[0] ** 2 if reference.data.task == "regression" else 1.0
    weights = torch.ones(len(split)).double() if split.evaluation_weights is None else split.evaluation_weights.double()
    found = {("", "evaluation_loss"): unit * float((losses * weights).sum() / weights.sum())}
    outputs = reference.outputs.detach()  # type: ignore[attr-defined]
    if reference.data.task == "classification":
        found["", "evaluation_accuracy"] = float((outputs.argmax(1) == split.targets).double().mean())
    if reference.data.task == "multi_label":
        found["", "evaluation_accuracy"] = float(((outputs > 0) == (split.targets > 0.5)).double().mean())
    return found


def _plain_losses(reference: Reference, outputs: Tensor, split: Split) -> Tensor:
    """The loss of each example without label smoothing, (n,)."""
    plain = type(reference.loss)() if reference.data.task != "regression" else reference.loss
    return reference_losses(plain, outputs.detach(), split.targets)


def _slopes(reference: Reference, layer: str, z: Tensor) -> Tensor:
    at = z.detach().clone().requires_grad_()
    (slopes,) = torch.autograd.grad(_module(reference, layer).activation(at).sum(), at)
    return slopes


def _module(reference: Reference, layer: str) -> Any:
    return dict(zip((one.name for one in reference.plan.layers), reference.network.nodes, strict=True))[layer]


def _watched(reference: Reference, inputs: Tensor) -> dict[str, tuple[Tensor, Tensor]]:
    """The input of each layer's activation function, and the output of the layer, channels last."""
    seen: dict[str, tuple[Tensor, Tensor]] = {}
    sums: dict[str, Tensor] = {}
    hooks = []
    for plan, module in zip(reference.plan.layers, reference.network.nodes, strict=True):
        if not plan.tensors and plan.activation == "identity":
            continue

        def see(_: nn.Module, args: Any, output: Tensor, name: str = plan.name) -> None:
            seen[name] = sums.get(name, output), output

        def see_sums(_: nn.Module, args: Any, output: Tensor, name: str = plan.name) -> None:
            args[0].retain_grad()
            sums[name] = args[0]

        hooks.append(module.register_forward_hook(see))
        activation = getattr(module, "activation", None)
        if isinstance(activation, nn.Module):
            hooks.append(activation.register_forward_hook(see_sums))
    reference.outputs = reference.network(inputs)  # type: ignore[attr-defined]
    for hook in hooks:
        hook.remove()
    return seen


def _step(reference: Reference, batch: int) -> dict[tuple[str, str], float]:
    """Statistics of the gradients and updates of a step on the sampled batch."""
    found: dict[tuple[str, str], float] = {}
    train_split = reference.data.train
    rows = sample(train_split, batch, 1).rows
    part = Split(
        train_split.inputs[rows],
        train_split.targets[rows],
        weights=None if train_split.weights is None else train_split.weights[rows],
    )
    for module in reference.network.modules():
        if isinstance(module, MaskedDropout):
            module.step = reference.step - 1
    reference.optimizer.zero_grad()
    evaluation = _evaluation_losses(reference, part)
    seen = _watched(reference, part.inputs)
    loss = reference.minimized(reference.outputs, part)  # type: ignore[attr-defined]
    loss.backward()  # type: ignore[no-untyped-call]
    found |= _of_modes(reference, part, evaluation) | _growth(reference, float(loss.detach()))
    for layer, (z, _) in seen.items():
        if hasattr(_module(reference, layer), "activation") and z.grad is not None:
            found[layer, "delta_rms"] = float((z.grad * len(rows)).square().mean().sqrt())
    named = reference_parameters(reference.network)
    if _is_plain(reference) and len(rows) > 1:
        found["", "noise_scale"] = _noise(reference, part, named)
    first = loss + reference.penalty()
    reference.penalty().backward()  # type: ignore[no-untyped-call]
    gradients = {name: torch.zeros_like(p) if p.grad is None else p.grad.clone() for name, p in named.items()}
    before = {name: p.detach().clone() for name, p in named.items()}
    nn.utils.clip_grad_norm_(reference.parameters, reference.experiment.clip_norm or torch.inf)
    reference.optimizer.step()
    changes = {name: p.detach() - before[name] for name, p in named.items()}
    for layer in {name.rpartition(".")[0] for name in named}:
        own = [f"{layer}.weight"] if f"{layer}.weight" in named else [n for n in named if n.startswith(f"{layer}.")]
        for key, values in (("weight_norm", before), ("gradient_norm", gradients), ("update_norm", changes)):
            found[layer, key] = sqrt(sum(float(values[name].square().sum()) for name in own))
    predicted = -sum(float((gradients[name] * changes[name]).sum()) for name in named)
    second = float((reference.minimized(reference.network(part.inputs), part) + reference.penalty()).detach())
    first_loss = float(first.detach())
    if abs(predicted) > 100 * torch.finfo(torch.float64).eps * abs(first_loss):
        found["", "rho"] = (first_loss - second) / predicted
    found["", "decrease"] = (len(train_split) // batch) * predicted / first_loss
    return found


def _evaluation_losses(reference: Reference, part: Split) -> Tensor:
    reference.network.eval()
    losses = _plain_losses(reference, reference.network(part.inputs), part)
    reference.network.train()
    return losses


def _of_modes(reference: Reference, part: Split, evaluation: Tensor) -> dict[tuple[str, str], float]:
    """The losses of the batch in training mode, compared with those in evaluation mode."""
    plan = reference.plan
    if not (plan.input_dropout or any(layer.running or getattr(layer, "dropout", 0) for layer in plan.layers)):
        return {}
    training = _plain_losses(reference, reference.outputs, part)  # type: ignore[attr-defined]
    found = {("", "mode_ratio"): float(training.mean() / evaluation.mean())}
    difference = training - evaluation
    if len(part) > 1:
        found["", "mode_t"] = float(difference.mean() / (difference.std() / sqrt(len(part))))
    return found


def _growth(reference: Reference, loss: float) -> dict[tuple[str, str], float]:
    """-g·w / L over all weights, after a backward pass of the loss without the penalty."""
    named = reference_parameters(reference.network)
    weights = {
        f"{layer.name}.{tensor.name}" for layer in reference.plan.layers for tensor in layer.tensors if tensor.is_weight
    }
    blocks = [(parameter.grad, parameter.detach()) for name, parameter in named.items() if name in weights]
    products = [float((gradient * values).sum()) for gradient, values in blocks if gradient is not None]
    return {("", "growth_gain"): -sum(products) / loss}


def _is_plain(reference: Reference) -> bool:
    return all(layer.kind == "dense" and not layer.running for layer in reference.plan.layers)


def _noise(reference: Reference, part: Split, named: dict[str, Tensor]) -> float:
    """tr(Σ) / |G|², computed from the gradient of each single example."""
    for module in reference.network.modules():
        if isinstance(module, MaskedDropout):
            module.step = reference.step - 1
    outputs = reference.network(part.inputs)
    weights = torch.ones(len(part), dtype=torch.float64) if part.weights is None else part.weights
    losses = reference_losses(reference.loss, outputs, part.targets) * weights
    each = []
    for loss in losses:
        gradient = torch.autograd.grad(loss, list(named.values()), retain_graph=True)
        each.append(torch.cat([one.flatten() for one in gradient]))
    gradients = torch.stack(each)
    trace = float(torch.cov(gradients.T).trace())
    squared = float(gradients.mean(0).square().sum()) - trace / len(part)
    return trace / squared if squared > 0 else float("nan")


@contextmanager
def _unchanged(reference: Reference) -> Iterator[None]:
    """Restore the network and the optimizer's state after the block."""
    network = {name: t.clone() for name, t in reference.network.state_dict().items()}
    optimizer = reference.optimizer.state_dict()
    kept = {
        k: {n: v.clone() if isinstance(v, Tensor) else v for n, v in s.items()} for k, s in optimizer["state"].items()
    }
    yield
    reference.network.load_state_dict(network)
    reference.optimizer.load_state_dict({**optimizer, "state": kept})


def _assert_equal(ours: LayerReport, expected: dict[tuple[str, str], float]) -> None:
    found = {("", key): value for key, value in ours if isinstance(value, float)}
    for layer in ours.layers:
        found |= {(layer.name, key): value for key, value in layer if isinstance(value, float)}
        if layer.update_ratio is not None:
            assert layer.update_norm is not None
            assert layer.weight_norm is not None
            assert found.pop((layer.name, "update_ratio")) == pytest.approx(layer.update_norm / layer.weight_norm)
    known = {key: value for key, value in expected.items() if not isnan(value)}
    assert found.keys() == known.keys()
    for key, value in known.items():
        rel = 1e-5 if key == ("", "rho") else 1e-9  # a difference of losses, of which most digits cancel
        assert found[key] == pytest.approx(value, rel=rel, abs=1e-14), key
