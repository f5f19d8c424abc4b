"""The fields of a spec that are about training, as code."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from gradus.spec.experiment import Spec
from gradus.spec.layout import layout
from gradus.spec.loss import (
    AbsoluteLoss,
    BinaryCrossEntropy,
    ConcreteLoss,
    CrossEntropy,
    HuberLoss,
    QuantileLoss,
    SquaredLoss,
)
from gradus.spec.network import NetworkPlan
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

Group = tuple[int, int, float, float]
"""Start and end of a range of parameters, their factor of the learning rate, and their weight decay."""


def make_loss(kind: ConcreteLoss) -> Iterator[str]:
    """The function that creates the loss."""
    is_plain = isinstance(kind, CrossEntropy | BinaryCrossEntropy)
    yield f"def make_loss({'_' if is_plain else 'deviation'}: Sequence[float]) -> Loss:"
    yield '    """The loss; `deviation` is that of the targets of a regression."""'
    yield f"    return {_loss(kind)}"


def _loss(kind: ConcreteLoss) -> str:
    match kind:
        case CrossEntropy():
            return f"CrossEntropy({kind.label_smoothing!r})"
        case BinaryCrossEntropy():
            return f"BinaryCrossEntropy({kind.label_smoothing!r})"
        case SquaredLoss():
            return "Squared(deviation)"
        case AbsoluteLoss():
            return "Absolute(deviation)"
        case HuberLoss():
            return f"Huber(deviation, {kind.delta!r})"
        case QuantileLoss():
            return f"Quantile(deviation, {kind.q!r})"
        case _:
            assert_never(kind)


def make_optimizer(kind: AnyOptimizer) -> Iterator[str]:
    """The function that creates the optimizer."""
    yield "def make_optimizer(parameters: Tensor, gradient: Tensor) -> Optimizer:"
    yield '    """The optimizer."""'
    yield f"    return {_optimizer(kind)}"


def _optimizer(kind: AnyOptimizer) -> str:
    own = "parameters, gradient"
    match kind:
        case SGD():
            return f"SGD({own})"
        case Momentum():
            return f"Momentum({own}, {kind.momentum!r}, nesterov={kind.nesterov})"
        case AdaGrad():
            return f"AdaGrad({own}, {kind.eps!r})"
        case RMSProp():
            return f"RMSProp({own}, {kind.rho!r}, {kind.eps!r})"
        case Adam():
            return f"Adam({own}, {kind.beta1!r}, {kind.beta2!r}, {kind.eps!r})"
        case AdamW():
            return f"Adam({own}, {kind.beta1!r}, {kind.beta2!r}, {kind.eps!r}, torch._fused_adamw_)"
        case _:
            assert_never(kind)


def groups(plan: NetworkPlan, optimizer: AnyOptimizer) -> list[Group]:
    """The parameters in order, as ranges with equal factor and weight decay."""
    learned = {f"{layer.name}.{tensor.name}": tensor for layer in plan.layers for tensor in layer.tensors}
    offsets = layout(plan)
    blocks = list(offsets.parameters.values())
    found: list[Group] = []
    for block, end in zip(blocks, [*(block.start for block in blocks[1:]), offsets.size], strict=True):
        tensor = learned[block.name]
        decay = 0.0
        if isinstance(optimizer, AdamW) and (optimizer.decay == "all" or tensor.is_weight):
            decay = optimizer.weight_decay
        if found and found[-1][2:] == (tensor.lr_factor, decay):
            found[-1] = (found[-1][0], end, *found[-1][2:])
        else:
            found.append((block.start, end, tensor.lr_factor, decay))
    return found


def schedule(kind: AnySchedule, epochs: int) -> Iterator[str]:
    """The function for the learning rate's factor."""
    warmup = 0.0 if isinstance(kind, CosLog) else kind.warmup
    yield "def schedule(step: Tensor, steps_per_epoch: int) -> Tensor:"
    yield '    """The factor of the learning rate at a step, float64."""'
    after = f" - {warmup!r}).clamp_(min=0)" if warmup else ")"
    yield f"    t = (step / steps_per_epoch{after}  # in epochs" + (", from the warm-up's end" if warmup else "")
    yield f"    factor = {_decay(kind, epochs - warmup)}"
    if warmup:
        yield f"    factor = factor * ((step + 1) / ({warmup!r} * steps_per_epoch)).clamp_(max=1)"
    yield "    return factor"


def _decay(kind: AnySchedule, total: float) -> str:
    match kind:
        case ConstantRate():
            return "torch.ones_like(t)"
        case StepDecay():
            return f"{kind.factor!r} ** torch.floor(t / {kind.every})"
        case ExponentialDecay():
            return f"{kind.factor!r} ** t"
        case CosineDecay():
            share = f"(t / {total!r}).clamp(max=1)" if total > 0 else "torch.zeros_like(t)"
            return f"{kind.final!r} + (1 - {kind.final!r}) * (1 + torch.cos(pi * {share})) / 2"
        case InverseTimeDecay():
            return f"1 / (1 + {kind.decay!r} * t)"
        case CosLog():
            turns = f"torch.log2(1 + (2**{kind.cycles} - 1) * (t / {total!r}).clamp(max=1))"
            return f"(1 - torch.cos(2 * pi * {turns})) / 2"
        case _:
            assert_never(kind)


def planned(spec: Spec, rows: Sequence[object]) -> str:
    """A comment that gives the number of epochs, if the run ended before the planned one."""
    if len(rows) == spec.epochs:
        return ""
    return f"  # of {spec.epochs:,} that were planned: the run ended here"
