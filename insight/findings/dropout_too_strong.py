"""Dropout leaves too few units to train with."""

from math import isfinite, sqrt

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.outcome import STRICT, is_at_prior, learns_well, severity
from insight.run import Run
from insight.start import Start
from insight.words import figure, percent, rounded

RATE = 0.5
NOISE = 1.25
"""Loss with dropout over the loss without it, for regression."""
RATIO = 1.05
"""Training loss, which is with dropout, over validation loss, which is without."""
ENOUGH = 2
"""Units that dropout must leave in a layer for each output."""


def in_run(run: Run) -> Finding | None:
    """Fires if a run with dropout learns badly, its loss with dropout is above that without, and a layer drops more
    than half of its units or keeps fewer than two for each output.

    Training scores below the validation scores are no evidence by themselves: dropout always lowers them.
    """
    if not run.is_due or run.failure is not None or run.spec.dataset.augment:
        return None  # the training loss of augmented images is higher by itself
    layer = _narrowest(run)
    if layer is None:
        return None
    if run.data.task == "regression":
        return _noisy(run, layer)
    if learns_well(run, STRICT):
        return None
    left, rate = (1 - layer.dropout) * layer.shape[-1], layer.dropout
    last = run.last
    ratio = last.train_loss / last.validation_loss if last.validation_loss > 0 else 0.0
    needed = ENOUGH * run.network.outputs
    if ratio < RATIO or not (rate > RATE or left < needed):
        return None
    return Finding(
        id=KIND.id,
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
        patches=tuple(_patches(run)),
    )


def _noisy(run: Run, layer: DensePlan | ConvPlan) -> Finding | None:
    """Fires if the noise of dropout adds a quarter to the squared error, beyond what chance and the progress within the
    epoch can add; with more than half of a layer dropped, if the loss with dropout is not clearly below that without.
    Noise in the outputs may leave a predicted class unchanged, but never a predicted number."""
    last = run.last
    ratio = last.train_loss / last.validation_loss if last.validation_loss > 0 else 0.0
    chance = 2 * sqrt(2 / max(run.data.validation_examples, 1))
    limit = NOISE + chance + max(0.0, run.fall_per_epoch())
    if layer.dropout > RATE:
        limit = 1 - chance  # more than half of what a number is computed from is noise
    if not (isfinite(ratio) and ratio > limit):
        return None
    return Finding(
        id=KIND.id,
        severity="critical" if is_at_prior(run) else "warning",
        layer=layer.name,
        evidence=(
            Evidence(statistic="train_over_validation_loss", value=ratio, threshold=limit, healthy=(0, limit)),
            Evidence(statistic="dropout", layer=layer.name, value=layer.dropout),
        ),
        because=f"With dropout of {layer.dropout:g} the loss is {figure(last.train_loss)}, without it "
        f"{figure(last.validation_loss)}: training makes up for the noise of dropout "
        "instead of learning more.",
        patches=tuple(_patches(run)),
    )


def at_start(start: Start) -> Finding | None:
    """Fires if dropout leaves a layer fewer units in a step than the network has outputs."""
    layer, outputs = _narrowest(start), start.network.outputs
    if layer is None or (left := (1 - layer.dropout) * layer.shape[-1]) >= outputs:
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        layer=layer.name,
        evidence=(
            Evidence(
                statistic="units_left",
                layer=layer.name,
                value=left,
                threshold=outputs,
                healthy=(ENOUGH * outputs, None),
            ),
        ),
        because=f"Dropout of {layer.dropout:g} leaves {figure(left)} of the {layer.shape[-1]} units of {layer.name} in "
        f"each step, for {outputs} outputs: too little of the network is left to learn with.",
        patches=tuple(_patches(start)),
    )


def _narrowest(run: Run | Start) -> DensePlan | ConvPlan | None:
    """The layer with dropout that has the fewest units left."""
    layers = [one for one in run.network.layers if isinstance(one, DensePlan | ConvPlan) and one.dropout > 0]
    return min(layers, key=lambda one: (1 - one.dropout) * one.shape[-1], default=None)


def _patches(run: Run | Start) -> list[Patch]:
    rate = max((layer.dropout for layer in run.network.layers if isinstance(layer, DensePlan | ConvPlan)), default=0.0)
    less = 0.0 if run.data.task == "regression" else rounded(rate / 4)
    patch = {"dropout": less}
    none = {**patch, "dropout": 0.0}
    why = Patch(patch=none, why="Without dropout every unit learns in every step.")
    if less == 0:
        return [why]
    return [Patch(patch=patch, why=f"Dropout of {less:g} leaves {percent(1 - less)} of the units."), why]


KIND = FindingKind(
    id="dropout_too_strong",
    title="Dropout is too strong",
    looks_like="The training loss stays high, well above the validation loss, which is high as well.",
    why="Dropout trains another thinned network in every step. If a thinned layer has fewer units than there are "
    "classes to tell apart, hardly any of these networks can learn. That training scores are worse than validation "
    "scores is normal with dropout: only together with a bad outcome does it say anything.",
    cure="A quarter of the rate, or wider layers with the same one. For regression: none.",
    at_start=at_start,
    in_run=in_run,
)
