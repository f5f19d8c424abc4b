"""Dropout that takes away too much, as seen in a run."""

from math import isfinite, sqrt

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding
from insight.in_run.dropout_rates import ENOUGH, RATE, largest_rate, narrowest, weaker
from insight.in_run.generalization import Generalization, generalization
from insight.outcome import STRICT, is_at_prior, learns_well, severity
from insight.run import Run
from insight.words import figure, percent

NOISE = 1.25
"""For regression: ratio of the loss with dropout to the loss without it above which dropout is too strong."""
RATIO = 1.05
"""Ratio of the training loss, measured with dropout, to the validation loss, measured without, above which dropout may
be too strong."""
COSTLY, NEEDLESS, UNSOLVED = 1.25, 1.05, 0.05
"""Dropout is costly if it multiplies the loss of the training examples by at least `COSTLY`, and more than the share
`UNSOLVED` of a constant prediction's loss is left. It is needless if the validation loss is at most `NEEDLESS` times
the training loss without dropout: then there is no overfitting that it could prevent."""
COSTLY_NUMBERS, MUCH, COSTLY_IF_MUCH = 1.18, 0.4, 1.08
"""Replaces `COSTLY` for regression, where noise in the units is noise in the predicted number: `COSTLY_NUMBERS` for
rates below `MUCH`, else `COSTLY_IF_MUCH`, because a network that has adapted to that much noise is hardly better
without it."""
CHANCE = 1.0
"""For classification: if the paired t of the losses of the same examples, with and without dropout, is below this, the
difference counts as chance. If a class is rare, a few examples have most of the loss."""
NOTHING = 0.9
"""Share of a constant prediction's loss above which next to nothing has been learned."""
BY_HEART = 1.2
"""Ratio of validation loss to training loss above which the network learns by heart, so that dropout does not keep it
from learning."""


def in_run(run: Run) -> Finding | None:
    """Fires if dropout costs much and prevents nothing, see `_needless`; or if a run with dropout learns badly, its
    loss with dropout is above that without, and a layer drops more than half of its units or keeps fewer than two for
    each output.

    Training scores below the validation scores are not evidence by themselves: dropout always lowers them.
    """
    if not run.is_due or run.failure is not None or run.spec.dataset.augment or largest_rate(run.network) == 0:
        return None  # the training loss of augmented images is higher by itself
    seen = generalization(run)
    found = None if seen is None else _needless(run, seen)
    if found is not None or (layer := narrowest(run.network)) is None:
        return found
    if run.data.task == "regression":
        return _noisy(run, layer)
    return None if seen is not None and seen.gap > BY_HEART else _thin(run, layer)


def _needless(run: Run, seen: Generalization) -> Finding | None:
    """Fires if there is nothing that dropout could prevent, because without it the training examples have about the
    loss of the validation examples, and it is harmful: either it adds a quarter to a loss that is still worth
    decreasing, or next to nothing is learned and it drops more than half of a layer or of the inputs."""
    rate, left = largest_rate(run.network), run.remaining(seen.training)
    limit = COSTLY
    if run.data.task == "regression":
        limit = COSTLY_NUMBERS if rate < MUCH else COSTLY_IF_MUCH
    is_costly = seen.cost >= limit + max(0.0, run.fall_per_epoch()) and left > UNSOLVED and not _is_chance(run, seen)
    if seen.gap > NEEDLESS or not (is_costly or (rate > RATE and left > NOTHING)):
        return None
    return Finding(
        id="dropout_too_strong",
        severity="critical" if is_at_prior(run) else "warning",
        evidence=(
            Evidence(statistic="train_over_evaluation_loss", value=seen.cost, threshold=limit, healthy=(0, limit)),
            Evidence(statistic="validation_over_evaluation_loss", value=seen.gap, healthy=(NEEDLESS, None)),
            Evidence(statistic="dropout", value=rate),
        ),
        because=f"With dropout of {rate:g} the training examples have a loss of {figure(seen.in_training)}, without it "
        f"{figure(seen.training)}; new examples have {figure(seen.validation)}. The network does not overfit, so "
        "dropout has nothing to prevent, and too little is learned.",
        patches=weaker(run, is_needless=rate <= RATE),
    )


def _is_chance(run: Run, seen: Generalization) -> bool:
    t = seen.report.mode_t
    return run.data.task != "regression" and t is not None and t < CHANCE


def _thin(run: Run, layer: DensePlan | ConvPlan) -> Finding | None:
    if learns_well(run, STRICT):
        return None
    left, rate = (1 - layer.dropout) * layer.shape[-1], layer.dropout
    last = run.last
    ratio = last.train_loss / last.validation_loss if last.validation_loss > 0 else 0.0
    needed = ENOUGH * run.network.outputs
    if ratio < RATIO or not (rate > RATE or left < needed):
        return None
    return Finding(
        id="dropout_too_strong",
        severity=severity(run, STRICT),
        layer=layer.name,
        evidence=(
            Evidence(statistic="units_left", layer=layer.name, value=left, threshold=needed, healthy=(needed, None)),
            Evidence(statistic="dropout", layer=layer.name, value=rate, threshold=RATE, healthy=(0, RATE)),
            Evidence(statistic="train_over_validation_loss", value=ratio, threshold=RATIO, healthy=(0, RATIO)),
        ),
        because=f"Dropout of {rate:g} leaves {figure(left)} of the {layer.shape[-1]} units of {layer.name} in each "
        f"step, and the loss with dropout, {figure(last.train_loss)}, is {percent(ratio - 1)} above that without: too "
        "little of the network is left to learn with.",
        patches=weaker(run),
    )


def _noisy(run: Run, layer: DensePlan | ConvPlan) -> Finding | None:
    """Fires if dropout adds a quarter to the loss of a regression, beyond what chance and the progress within the epoch
    can add; if more than half of a layer is dropped, unless the loss with dropout is clearly below that without. Noise
    may leave a predicted class unchanged, but never a predicted number."""
    last = run.last
    ratio = last.train_loss / last.validation_loss if last.validation_loss > 0 else 0.0
    chance = 2 * sqrt(2 / max(run.data.validation_examples, 1))
    limit = NOISE + chance + max(0.0, run.fall_per_epoch())
    if layer.dropout > RATE:
        limit = 1 - chance  # more than half of what a number is computed from is noise
    if not (isfinite(ratio) and ratio > limit):
        return None
    return Finding(
        id="dropout_too_strong",
        severity="critical" if is_at_prior(run) else "warning",
        layer=layer.name,
        evidence=(
            Evidence(statistic="train_over_validation_loss", value=ratio, threshold=limit, healthy=(0, limit)),
            Evidence(statistic="dropout", layer=layer.name, value=layer.dropout),
        ),
        because=f"With dropout of {layer.dropout:g} the loss is {figure(last.train_loss)}, without it "
        f"{figure(last.validation_loss)}: training makes up for the noise of dropout "
        "instead of learning more.",
        patches=weaker(run),
    )
