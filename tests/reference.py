"""Training as anyone would write it with `torch.nn` and `torch.optim`: slow, plain, what the engine is held against."""

from dataclasses import dataclass
from math import cos, floor, log2, pi, sqrt
from typing import Any

import torch
from torch import Tensor, nn

from gradus.spec.activation import Activation
from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.experiment import Spec
from gradus.spec.initializer import Ntk
from gradus.spec.loss import (
    AbsoluteLoss,
    BinaryCrossEntropy,
    ConcreteLoss,
    CrossEntropy,
    HuberLoss,
    QuantileLoss,
    SquaredLoss,
    resolve_loss,
)
from gradus.spec.network import NetworkPlan, plan
from gradus.spec.nodes.scale import ScalePlan
from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, AnyOptimizer, Momentum, RMSProp
from gradus.spec.schedule import (
    AnySchedule,
    ConstantRate,
    CosineDecay,
    CosLog,
    ExponentialDecay,
    InverseTimeDecay,
    StepDecay,
)
from models.dropout import Masks
from models.network import network_masks
from models.seed import epoch_permutation
from worker.training.data import Data, Split

ACTIVATIONS: dict[Activation, type[nn.Module]] = {
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
    "softplus": nn.Softplus,
    "identity": nn.Identity,
}


class MaskedDropout(nn.Module):
    """`nn.Dropout`, but with the engine's masks."""

    def __init__(self, masks: Masks) -> None:
        super().__init__()
        self.masks, self.step = masks, 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        self.masks.seek(self.step)
        ones = torch.ones_like(x)[None]
        return x * self.masks.apply(ones, torch.empty_like(ones))[0]


class NtkLinear(nn.Linear):
    """x W / sqrt(fan_in) + b."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight) / sqrt(self.in_features) + self.bias


class Scaling(nn.Module):
    """x · s."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.factors = nn.Parameter(torch.ones(inputs, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factors


class Embedding(nn.Module):
    """x, functions of numbers and vectors of categories, side by side."""

    def __init__(self, plan: EmbeddingsPlan) -> None:
        super().__init__()
        self.plan = plan
        shapes = {tensor.name: tensor.shape for tensor in plan.tensors}
        self.tensors = nn.ParameterDict({name: torch.empty(s, dtype=torch.float64) for name, s in shapes.items()})

    def forward(self, x: Tensor) -> Tensor:
        t, parts = self.tensors, [x[:, list(self.plan.kept)]]
        if self.plan.numbers:
            n, f = t["frequency"].shape
            cosine = torch.cos(2 * pi * x[:, list(self.plan.numbers), None] * t["frequency"] + t["phase"])
            functions = torch.einsum("bnf,nfm->bnm", cosine, t["function"].view(n, f, -1)) + t["offset"]
            parts.append(functions.flatten(1))
        for i, block in enumerate(self.plan.categories):
            parts.append(x[:, block.start : block.start + block.width] @ t[f"category_{i}"])
        return torch.cat(parts, 1)


def reference_network(network: NetworkPlan, weights: dict[str, Tensor], masks: dict[str, Masks]) -> nn.Sequential:
    """The network of a plan with given weights."""
    modules: list[nn.Module] = [MaskedDropout(masks["input"])] if "input" in masks else []
    for layer in network.layers:
        if isinstance(layer, ScalePlan):
            modules.append(Scaling(layer.units))
            continue
        if isinstance(layer, EmbeddingsPlan):
            modules.append(Embedding(layer))
            continue
        kind = NtkLinear if isinstance(layer.init, Ntk) else nn.Linear
        modules.append(kind(layer.fan_in, layer.units, bias=layer.bias, dtype=torch.float64))
        if layer.batch_norm:
            modules.append(
                nn.BatchNorm1d(layer.units, layer.batch_norm.eps, layer.batch_norm.momentum, dtype=torch.float64)
            )
        modules.append(ACTIVATIONS[layer.activation]())
        if layer.name in masks:
            modules.append(MaskedDropout(masks[layer.name]))
    found = nn.Sequential(*modules)
    for name, parameter in reference_parameters(network, found).items():
        parameter.data.copy_(weights[name].T if name.endswith(".weight") else weights[name])
    return found


def reference_parameters(network: NetworkPlan, modules: nn.Sequential) -> dict[str, Tensor]:
    """All parameters of a reference network, by the engine's names."""
    named: dict[str, Tensor] = {}
    learned = iter(
        [module for module in modules if isinstance(module, nn.Linear | nn.BatchNorm1d | Scaling | Embedding)]
    )
    for layer in network.layers:
        module: Any = next(learned)
        if isinstance(module, Scaling):
            named[f"{layer.name}.scale"] = module.factors
            continue
        if isinstance(module, Embedding):
            named |= {f"{layer.name}.{name}": tensor for name, tensor in module.tensors.items()}
            continue
        named[f"{layer.name}.weight"] = module.weight
        if module.bias is not None:
            named[f"{layer.name}.bias"] = module.bias
        if layer.running:
            norm: Any = next(learned)
            named[f"{layer.name}.gamma"], named[f"{layer.name}.beta"] = norm.weight, norm.bias
    return named


def reference_weights(network: NetworkPlan, modules: nn.Sequential) -> dict[str, Tensor]:
    """All numbers of a trained reference network, by the engine's names."""
    named = {name: p.detach() for name, p in reference_parameters(network, modules).items()}
    named = {name: tensor.T if name.endswith(".weight") else tensor for name, tensor in named.items()}
    norms = iter([module for module in modules if isinstance(module, nn.BatchNorm1d)])
    for layer in network.layers:
        if layer.running:
            norm = next(norms)
            assert norm.running_mean is not None
            assert norm.running_var is not None
            named[f"{layer.name}.running_mean"] = norm.running_mean
            named[f"{layer.name}.running_variance"] = norm.running_var
    return named


def parameter_groups(spec: AnyOptimizer, network: NetworkPlan, named: dict[str, Tensor]) -> list[dict[str, Any]]:
    """A group for every parameter, with its factor of the learning rate and its decay."""
    plans = {f"{layer.name}.{tensor.name}": tensor for layer in network.layers for tensor in layer.tensors}
    groups: list[dict[str, Any]] = []
    for name, parameter in named.items():
        groups.append({"params": [parameter], "factor": plans[name].lr_factor})
        if isinstance(spec, AdamW) and spec.decay == "weights" and not name.endswith(".weight"):
            groups[-1]["weight_decay"] = 0.0
    return groups


def reference_optimizer(spec: AnyOptimizer, parameters: Any) -> torch.optim.Optimizer:
    """torch's own optimizer, for parameters or groups of them."""
    match spec:
        case SGD():
            return torch.optim.SGD(parameters, spec.lr)
        case Momentum():
            return torch.optim.SGD(parameters, spec.lr, momentum=spec.momentum, nesterov=spec.nesterov)
        case AdaGrad():
            return torch.optim.Adagrad(parameters, spec.lr, eps=spec.eps)
        case RMSProp():
            return torch.optim.RMSprop(parameters, spec.lr, alpha=spec.rho, eps=spec.eps)
        case Adam():
            return torch.optim.Adam(parameters, spec.lr, (spec.beta1, spec.beta2), spec.eps)
        case AdamW():
            return torch.optim.AdamW(parameters, spec.lr, (spec.beta1, spec.beta2), spec.eps, spec.weight_decay)


def reference_factor(schedule: AnySchedule, step: int, steps_per_epoch: int, epochs: int) -> float:
    """The schedule's factor at a step (0 = the first), in plain arithmetic."""
    if isinstance(schedule, CosLog):
        return (1 - cos(2 * pi * log2(1 + (2**schedule.cycles - 1) * step / steps_per_epoch / epochs))) / 2
    warm = schedule.warmup * steps_per_epoch
    rise = min(1.0, (step + 1) / warm) if warm else 1.0
    t = max(0.0, step / steps_per_epoch - schedule.warmup)
    match schedule:
        case ConstantRate():
            return rise
        case StepDecay():
            return rise * schedule.factor ** floor(t / schedule.every)
        case ExponentialDecay():
            return float(rise * schedule.factor**t)
        case CosineDecay():
            wave = (1 + cos(pi * t / (epochs - schedule.warmup))) / 2
            return rise * (schedule.final + (1 - schedule.final) * wave)
        case InverseTimeDecay():
            return rise / (1 + schedule.decay * t)


def reference_losses(loss: ConcreteLoss, outputs: Tensor, targets: Tensor) -> Tensor:
    """torch's own loss of each example, for targets that are not scaled."""
    y = targets if targets.ndim == 2 else targets[:, None]
    match loss:
        case CrossEntropy():
            smoothing = loss.label_smoothing
            return nn.functional.cross_entropy(outputs, targets, label_smoothing=smoothing, reduction="none")
        case BinaryCrossEntropy():
            y = y * (1 - loss.label_smoothing) + loss.label_smoothing / 2
            return nn.functional.binary_cross_entropy_with_logits(outputs, y, reduction="none").mean(1)
        case SquaredLoss():
            return nn.functional.mse_loss(outputs, y, reduction="none").mean(1)
        case AbsoluteLoss():
            return nn.functional.l1_loss(outputs, y, reduction="none").mean(1)
        case HuberLoss():
            return nn.functional.huber_loss(outputs, y, reduction="none", delta=loss.delta or 1.0).mean(1)
        case QuantileLoss():
            return torch.where(outputs <= y, loss.q * (y - outputs), (1 - loss.q) * (outputs - y)).mean(1)


def _rows(split: Split, rows: Tensor) -> Split:
    """The split of these rows."""
    fields: dict[str, Any] = {
        name: value[rows] if isinstance(value, Tensor) else value for name, value in vars(split).items()
    }
    return Split(**fields)


def _weight(split: Split) -> float:
    return len(split) if split.evaluation_weights is None else float(split.evaluation_weights.double().sum())


@dataclass(frozen=True)
class ReferenceEpoch:
    """What the reference measures in an epoch."""

    train_loss: float
    train_accuracy: float
    validation_loss: float
    penalty: float
    gradient_norm: float
    learning_rate: float


class Reference:
    """A training run, step by step."""

    def __init__(self, experiment: Spec, data: Data, weights: dict[str, Tensor], batch: int) -> None:
        self.experiment, self.data, self.batch = experiment, data, batch
        self.loss = resolve_loss(experiment.loss, data.task)
        self.plan = plan(experiment, data.plan)
        masks = network_masks([self.plan], [experiment.seed], batch, torch.empty(0, dtype=torch.float64))
        self.network = reference_network(self.plan, weights, masks)
        self.parameters = list(self.network.parameters())
        self.weights = [module.weight for module in self.network if isinstance(module, nn.Linear)]
        groups = parameter_groups(experiment.optimizer, self.plan, reference_parameters(self.plan, self.network))
        self.optimizer = reference_optimizer(experiment.optimizer, groups)
        self.step = 0

    def minimized(self, outputs: Tensor, batch: Split) -> Tensor:
        """The batch's data loss."""
        losses = reference_losses(self.loss, outputs, batch.targets)
        return (losses if batch.weights is None else batch.weights * losses).mean()

    def reported(self, outputs: Tensor, split: Split) -> float:
        """Sum of the reported losses."""
        plain = type(self.loss)() if isinstance(self.loss, CrossEntropy | BinaryCrossEntropy) else self.loss
        losses = reference_losses(plain, outputs, split.targets)
        weights = split.evaluation_weights
        return float((losses if weights is None else weights * losses).detach().sum())

    def right(self, outputs: Tensor, split: Split) -> float:
        """Number of examples that are right; those of several labels count by the share that is."""
        if self.data.task == "multi_label":
            return float(((outputs > 0) == (split.targets > 0.5)).double().mean(1).sum())
        return float((outputs.argmax(1) == split.targets).sum()) if self.data.task == "classification" else 0.0

    def penalty(self) -> Tensor:
        l1 = sum((w.abs().sum() for w in self.weights), torch.tensor(0.0))
        l2 = sum((w.square().sum() for w in self.weights), torch.tensor(0.0))
        return self.experiment.l1 * l1 + self.experiment.l2 * l2

    def epoch(self, number: int) -> ReferenceEpoch:
        """Train one epoch (1 = the first)."""
        train = self.data.train
        batches = epoch_permutation(self.experiment.seed, number, len(train), torch.device("cpu")).split(self.batch)  # type: ignore[no-untyped-call]
        loss, right, norm = 0.0, 0.0, 0.0
        for rows in batches:
            step_loss, step_right, step_norm = self._train_step(_rows(train, rows), batches)
            loss, right, norm = loss + step_loss, right + step_right, norm + step_norm
        rate = self.optimizer.param_groups[0]["lr"] / self.optimizer.param_groups[0]["factor"]
        n, validation = len(train), self._evaluate(self.data.validation)
        return ReferenceEpoch(
            loss / _weight(train), right / n, validation, self.penalty().item(), norm / len(batches), rate
        )

    def _train_step(self, batch: Split, batches: tuple[Tensor, ...]) -> tuple[float, float, float]:
        for module in self.network:
            if isinstance(module, MaskedDropout):
                module.step = self.step
        spec = self.experiment
        factor = reference_factor(spec.schedule, self.step, len(batches), spec.epochs)
        for group in self.optimizer.param_groups:
            group["lr"] = spec.optimizer.lr * factor * group["factor"]
        self.optimizer.zero_grad()
        outputs = self.network(batch.inputs)
        (self.minimized(outputs, batch) + self.penalty()).backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.parameters, spec.clip_norm or torch.inf)
        self.optimizer.step()
        self.step += 1
        return self.reported(outputs, batch), self.right(outputs, batch), norm.item()

    def _evaluate(self, split: Split) -> float:
        self.network.eval()
        with torch.no_grad():
            loss = self.reported(self.network(split.inputs), split) / _weight(split)
        self.network.train()
        return loss
