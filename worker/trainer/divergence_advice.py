"""The error message of a diverged run: where the divergence was detected, its cause, and what to change."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from gradus.dataset_plan import DatasetPlan
from gradus.spec.experiment import Spec
from gradus.spec.initializer import Auto, resolve_init
from gradus.spec.network import plan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, Momentum, RMSProp
from gradus.status import FailureCode
from gradus.wire.experiment import Failure
from insight.run import DivergenceCause
from models.storage import initial_weights
from worker.training.report import Divergence


def divergence_failure(at: Divergence, experiment: Spec, data: DatasetPlan) -> Failure:
    """The failure of an experiment that diverged."""
    return Failure(
        code=FailureCode.DIVERGED,
        message=f"{_what(at)}: {_advice(at, experiment, data)}",
        epoch=at.epoch,
        step=at.step,
        layer=at.layer,
    )


def cause_of(at: Divergence, experiment: Spec) -> DivergenceCause:
    """Why the run diverged."""
    if at.cause == "learning_rate" and _advice_on_penalty(experiment) is not None:
        return "penalty"
    return at.cause


def _what(at: Divergence) -> str:
    place = f"epoch {at.epoch}, step {at.step}, layer {at.layer}"
    match at.cause:
        case "initial_weights" if at.step == 1:
            return f"the loss is not finite before the first update ({place})"
        case "initial_weights":
            return f"the loss diverged at {place}, and was far too large before the first update"
        case "inputs":
            return f"the inputs are not all finite ({place})"
        case "learning_rate":
            return f"the loss diverged at {place}"
        case _:
            assert_never(at.cause)


def _advice(at: Divergence, experiment: Spec, data: DatasetPlan) -> str:
    match at.cause:
        case "initial_weights":
            return _advice_on_weights(at, experiment.seed, plan(experiment, data).layers)
        case "inputs":
            return "check the data for NaN and infinity"
        case "learning_rate":
            return _advice_on_penalty(experiment) or "use a smaller learning rate"
        case _:
            assert_never(at.cause)


def _advice_on_weights(at: Divergence, seed: int, layers: Sequence[LayerPlan]) -> str:
    weighted = [layer for layer in layers if isinstance(layer, DensePlan | ConvPlan)]
    layer = next((layer for layer in weighted if layer.name == at.layer), weighted[-1])
    ours = _deviation(layer, seed)
    auto = _deviation(replace(layer, init=resolve_init(Auto(), layer.activation)), seed)
    if ours <= 1.5 * auto:
        return "the cause is the initial weights, not the learning rate: try batch normalization or fewer layers"
    return (
        f"the cause is the initial weights, not the learning rate: those of {layer.name} have a standard deviation of "
        f"{ours:.3g}, but {auto:.3g} would preserve the scale of the signal: use init 'auto' or batch normalization"
    )


def _deviation(layer: DensePlan | ConvPlan, seed: int) -> float:
    """The root mean square of a layer's initial weights, multiplied by the factor of NTK form."""
    return layer.input_factor * float(initial_weights(layer, seed).double().square().mean().sqrt())


def _advice_on_penalty(experiment: Spec) -> str | None:
    """What to change if the penalty alone makes weights grow at each step, whatever the loss is; None if it does not.

    For a loss of λ w², gradient descent multiplies w by 1 - 2ηλ, so w shrinks only if ηλ < 1. With momentum μ the bound
    is 1 + μ, with Nesterov momentum (1 + μ) / (1 + 2μ): the roots of the recurrence's characteristic polynomial.
    """
    optimizer, l2 = experiment.optimizer, experiment.l2
    match optimizer:
        case SGD():
            bound = 1.0
        case Momentum(momentum=mu, nesterov=nesterov):
            bound = (1 + mu) / (1 + 2 * mu) if nesterov else 1 + mu
        case AdamW() if optimizer.lr * optimizer.weight_decay > 2:
            return "weight decay alone makes the weights grow, as lr · weight_decay > 2: use a smaller weight_decay"
        case AdaGrad() | RMSProp() | Adam() | AdamW():
            return None
        case _:
            assert_never(optimizer)
    if optimizer.lr * l2 <= bound:
        return None
    return f"the l2 penalty alone makes the weights grow, as lr · l2 > {bound:.3g}: use a smaller l2"
