"""What to say of a run whose numbers ran away: where that was seen, what did it, and what would help."""

from dataclasses import replace
from typing import assert_never

from gradus.spec.experiment import Spec
from gradus.spec.initializer import Auto, resolve_init
from gradus.spec.network import DensePlan, plan
from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, Momentum, RMSProp
from gradus.status import FailureCode
from gradus.wire.experiment import Failure
from models.network import layer_weights
from worker.training.report import Divergence


def diverged(at: Divergence, experiment: Spec) -> Failure:
    """The failure of an experiment whose numbers ran away."""
    return Failure(
        code=FailureCode.DIVERGED,
        message=f"{_what(at)}: {_advice(at, experiment)}",
        epoch=at.epoch,
        step=at.step,
        layer=at.layer,
    )


def _what(at: Divergence) -> str:
    place = f"epoch {at.epoch}, step {at.step}, layer {at.layer}"
    match at.cause:
        case "initial_weights" if at.step == 1:
            return f"the untouched network, before its first update, gives no finite loss ({place})"
        case "initial_weights":
            return f"the loss ran away at {place}, and was hopeless before the first update"
        case "inputs":
            return f"the inputs are not all finite ({place})"
        case "learning_rate":
            return f"the loss ran away at {place}"
        case _:
            assert_never(at.cause)


def _advice(at: Divergence, experiment: Spec) -> str:
    match at.cause:
        case "initial_weights":
            return _advice_on_weights(at, experiment)
        case "inputs":
            return "look for NaN and infinity in the data"
        case "learning_rate":
            return _advice_on_penalty(experiment) or "take a smaller learning rate"
        case _:
            assert_never(at.cause)


def _advice_on_weights(at: Divergence, experiment: Spec) -> str:
    layers = plan(experiment).layers
    layer = next((layer for layer in layers if layer.name == at.layer), layers[-1])
    ours = _deviation(layer, experiment.seed)
    auto = _deviation(replace(layer, init=resolve_init(Auto(), layer.activation)), experiment.seed)
    if ours <= 1.5 * auto:
        return "it is the initial weights, which no learning rate mends: try batch normalization or fewer layers"
    return (
        f"it is the initial weights, which no learning rate mends: those of {layer.name} have a standard deviation of "
        f"{ours:.3g}, and {auto:.3g} would keep the size of the signal: take init 'auto', or batch normalization"
    )


def _deviation(layer: DensePlan, seed: int) -> float:
    """The root mean square of a layer's first weights."""
    return float(layer_weights(layer, seed).double().square().mean().sqrt())


def _advice_on_penalty(experiment: Spec) -> str | None:
    """What to change where the penalty alone makes weights grow at each step, whatever the loss is.

    For a loss of λ w² gradient descent multiplies w by 1 - 2ηλ, which shrinks it for ηλ < 1 alone. With momentum μ the
    bound is 1 + μ, with Nesterov's (1 + μ) / (1 + 2μ): the roots of the recurrence's characteristic polynomial.
    """
    optimizer, l2 = experiment.optimizer, experiment.l2
    match optimizer:
        case SGD():
            bound = 1.0
        case Momentum(momentum=mu, nesterov=nesterov):
            bound = (1 + mu) / (1 + 2 * mu) if nesterov else 1 + mu
        case AdamW() if optimizer.lr * optimizer.weight_decay > 2:
            return "the weight decay alone makes weights grow, for lr · weight_decay > 2: take a smaller weight_decay"
        case AdaGrad() | RMSProp() | Adam() | AdamW():
            return None
        case _:
            assert_never(optimizer)
    if optimizer.lr * l2 <= bound:
        return None
    return f"the l2 penalty alone makes weights grow, for lr · l2 > {bound:.3g}: take a smaller l2"
