"""Training in plain `torch.nn` and `torch.optim`: slow and simple, to compare the engine with."""

from dataclasses import dataclass
from math import cos, floor, log2, pi, sqrt
from typing import Any, assert_never

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
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
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
    """`nn.Dropout` with the engine's masks."""

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

    def __init__(self, inputs: tuple[int, ...]) -> None:
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


class NtkConv(nn.Conv2d):
    """x ∗ W / sqrt(fan_in) + b."""

    def forward(self, x: Tensor) -> Tensor:
        y = nn.functional.conv2d(x, self.weight, None, self.stride, self.padding, self.dilation, self.groups)
        y = y / sqrt(self.weight[0].numel())
        return y if self.bias is None else y + self.bias[:, None, None]


class Convolution(nn.Module):
    """A convolution of images (n, height, width, channels) in torch's own layout, with what comes after it."""

    def __init__(self, plan: ConvPlan, masks: Masks | None) -> None:
        super().__init__()
        kind = NtkConv if isinstance(plan.init, Ntk) else nn.Conv2d
        self.conv = kind(
            plan.in_shape[2],
            plan.channels,
            plan.kernel,
            plan.stride,
            dilation=plan.dilation,
            groups=plan.groups,
            bias=plan.bias,
            dtype=torch.float64,
        )
        self.zeros = nn.ZeroPad2d(plan.padding * 2)
        norm = plan.batch_norm
        self.norm = nn.BatchNorm2d(plan.channels, norm.eps, norm.momentum, dtype=torch.float64) if norm else None
        self.activation = ACTIVATIONS[plan.activation]()
        self.dropout = None if masks is None else MaskedDropout(masks)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(self.zeros(x.permute(0, 3, 1, 2)))
        y = self.activation(y if self.norm is None else self.norm(y))
        if self.dropout is not None and self.training:
            y = y * self.dropout(torch.ones(y.shape[:2], dtype=y.dtype))[:, :, None, None]
        return y.permute(0, 2, 3, 1)


class DenseModule(nn.Module):
    """A dense layer with what comes after it."""

    def __init__(self, plan: DensePlan, masks: Masks | None) -> None:
        super().__init__()
        kind = NtkLinear if isinstance(plan.init, Ntk) else nn.Linear
        self.linear = kind(plan.fan_in, plan.units, bias=plan.bias, dtype=torch.float64)
        norm = plan.batch_norm
        self.norm = nn.BatchNorm1d(plan.units, norm.eps, norm.momentum, dtype=torch.float64) if norm else None
        self.activation = ACTIVATIONS[plan.activation]()
        self.dropout = None if masks is None else MaskedDropout(masks)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(x)
        y = self.activation(y if self.norm is None else self.norm(y))
        return y if self.dropout is None else self.dropout(y)


class Pooling(nn.Module):
    """torch's pooling of images (n, height, width, channels)."""

    def __init__(self, pool: nn.Module) -> None:
        super().__init__()
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.pool(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return y


class Mean(nn.Module):
    """The mean over all pixels."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.adaptive_avg_pool2d(x.permute(0, 3, 1, 2), 1).flatten(1)


class Sum(nn.Module):
    """The activated sum of several inputs."""

    def __init__(self, activation: Activation) -> None:
        super().__init__()
        self.activation = ACTIVATIONS[activation]()

    def forward(self, *xs: Tensor) -> Tensor:
        y: Tensor = self.activation(torch.stack(xs).sum(0))
        return y


def _module(plan: LayerPlan, masks: Masks | None) -> nn.Module:  # noqa: PLR0911 - one for each kind
    match plan:
        case EmbeddingsPlan():
            return Embedding(plan)
        case DensePlan():
            return DenseModule(plan, masks)
        case ScalePlan():
            return Scaling(plan.in_shape)
        case ConvPlan():
            return Convolution(plan, masks)
        case MaxPoolPlan():
            return Pooling(nn.MaxPool2d(plan.size, plan.stride, plan.padding))
        case AvgPoolPlan():
            return Pooling(nn.AvgPool2d(plan.size, plan.stride, plan.padding, count_include_pad=False))
        case GlobalAvgPoolPlan():
            return Mean()
        case FlattenPlan():
            return nn.Flatten()
        case AddPlan():
            return Sum(plan.activation)
        case _:
            assert_never(plan)


class ReferenceNetwork(nn.Module):
    """The network of a plan, module by module."""

    def __init__(self, plan: NetworkPlan, masks: dict[str, Masks]) -> None:
        super().__init__()
        self.plan = plan
        self.input_dropout = MaskedDropout(masks["input"]) if "input" in masks else nn.Identity()
        self.nodes = nn.ModuleList(_module(layer, masks.get(layer.name)) for layer in plan.layers)

    def forward(self, x: Tensor) -> Tensor:
        values: dict[str, Tensor] = {"input": self.input_dropout(x).view(len(x), *self.plan.input_shape)}
        for layer, module in zip(self.plan.layers, self.nodes, strict=True):
            values[layer.name] = module(*(values[name] for name in layer.inputs))
        return values["output"]


def reference_network(network: NetworkPlan, weights: dict[str, Tensor], masks: dict[str, Masks]) -> ReferenceNetwork:
    """The network of a plan with given weights."""
    found = ReferenceNetwork(network, masks)
    for name, parameter in reference_parameters(found).items():
        parameter.data.copy_(_theirs(name, weights[name], parameter))
    return found


def _theirs(name: str, ours: Tensor, like: Tensor) -> Tensor:
    """A tensor of the engine in the layout of torch's module."""
    if name.endswith(".weight") and like.ndim == 4:
        channels, inner, k, _ = like.shape
        return ours.view(k, k, inner, channels).permute(3, 2, 0, 1)
    return ours.T if name.endswith(".weight") else ours.view(like.shape)


def _ours(name: str, theirs: Tensor) -> Tensor:
    """A tensor of torch's module in the engine's layout."""
    if name.endswith(".weight") and theirs.ndim == 4:
        return theirs.permute(2, 3, 1, 0).reshape(-1, len(theirs))
    if name.endswith(".scale"):
        return theirs.flatten()
    return theirs.T if name.endswith(".weight") else theirs


def reference_parameters(network: ReferenceNetwork) -> dict[str, Tensor]:
    """All parameters of a reference network, by the engine's names."""
    named: dict[str, Tensor] = {}
    for layer, module in zip(network.plan.layers, network.nodes, strict=True):
        match module:
            case Scaling():
                named[f"{layer.name}.scale"] = module.factors
            case Embedding():
                named |= {f"{layer.name}.{name}": tensor for name, tensor in module.tensors.items()}
            case DenseModule() | Convolution():
                weighted = module.linear if isinstance(module, DenseModule) else module.conv
                named[f"{layer.name}.weight"] = weighted.weight
                if weighted.bias is not None:
                    named[f"{layer.name}.bias"] = weighted.bias
                if module.norm is not None:
                    named[f"{layer.name}.gamma"], named[f"{layer.name}.beta"] = module.norm.weight, module.norm.bias
            case _:
                assert not list(module.parameters())
    return named


def reference_weights(network: ReferenceNetwork) -> dict[str, Tensor]:
    """All numbers of a trained reference network, by the engine's names and in its layouts."""
    named = {name: _ours(name, p.detach()) for name, p in reference_parameters(network).items()}
    for layer, module in zip(network.plan.layers, network.nodes, strict=True):
        if isinstance(module, DenseModule | Convolution) and module.norm is not None:
            assert module.norm.running_mean is not None
            assert module.norm.running_var is not None
            named[f"{layer.name}.running_mean"] = module.norm.running_mean
            named[f"{layer.name}.running_variance"] = module.norm.running_var
    return named


def parameter_groups(spec: AnyOptimizer, network: NetworkPlan, named: dict[str, Tensor]) -> list[dict[str, Any]]:
    """The parameters in groups, each with its factor of the learning rate and its decay."""
    plans = {f"{layer.name}.{tensor.name}": tensor for layer in network.layers for tensor in layer.tensors}
    groups: dict[tuple[float, bool], dict[str, Any]] = {}
    for name, parameter in named.items():
        factor = plans[name].lr_factor
        decays = not isinstance(spec, AdamW) or spec.decay == "all" or name.endswith(".weight")
        group = groups.setdefault((factor, decays), {"params": [], "factor": factor})
        group["params"].append(parameter)
        if not decays:
            group["weight_decay"] = 0.0
    return list(groups.values())


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
    """torch's own loss of each example, for targets that are not standardized."""
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
    """The reference's measurements of an epoch."""

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
        self.weights = [module.weight for module in self.network.modules() if isinstance(module, nn.Linear | nn.Conv2d)]
        groups = parameter_groups(experiment.optimizer, self.plan, reference_parameters(self.network))
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
        """Number of correctly classified examples. An example with several labels counts by the share of labels that
        are right."""
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
        for module in self.network.modules():
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
