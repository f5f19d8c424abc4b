"""Dropout leaves too few units to train with."""

from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding
from insight.findings.kind import FindingKind
from insight.in_run.dropout_rates import ENOUGH, RATE, narrowest, weaker
from insight.in_run.dropout_too_strong import in_run
from insight.start import Start
from insight.words import figure


def at_start(start: Start) -> Finding | None:
    """Fires if dropout leaves a layer fewer units, or the network fewer inputs, in a step than it has outputs."""
    layer, outputs = narrowest(start.network), start.network.outputs
    if (few := _few_inputs(start)) is not None or not isinstance(layer, DensePlan):
        return few  # each channel of a convolution has many pixels
    if (left := (1 - layer.dropout) * layer.shape[-1]) >= outputs:
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
        patches=weaker(start),
    )


def _few_inputs(start: Start) -> Finding | None:
    rate, inputs, outputs = start.network.input_dropout, start.network.inputs, start.network.outputs
    left = (1 - rate) * inputs
    if rate <= RATE or left >= outputs:
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=(Evidence(statistic="inputs_left", value=left, threshold=outputs, healthy=(outputs, None)),),
        because=f"Dropout of {rate:g} leaves {figure(left)} of the {inputs} inputs in each step, for {outputs} "
        "outputs: hardly anything is left to learn from.",
        patches=weaker(start),
    )


KIND = FindingKind(
    id="dropout_too_strong",
    title="Dropout is too strong",
    looks_like="The training loss stays high, well above the validation loss, which is high as well.",
    why="Dropout trains a different thinned network in every step. If a thinned layer has fewer units than there are "
    "classes to tell apart, hardly any of these networks can learn. With dropout, training scores are normally worse "
    "than validation scores: that counts only together with a bad outcome. The loss of training examples without "
    "dropout says more: if it is no lower than that of new examples, the network does not overfit, and dropout only "
    "raises the loss.",
    cure="A quarter of the rate, or wider layers with the same rate. No dropout for regression, and none if the "
    "network does not overfit.",
    at_start=at_start,
    in_run=in_run,
)
