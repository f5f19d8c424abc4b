"""The initial weights are too large."""

from math import sqrt

from gradus.wire.finding import Evidence, Finding, Severity
from gradus.wire.probe import ProbedLayer
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.initial_weights import too_large
from insight.start import Start
from insight.words import figure

OUTPUTS = 2.0
"""Standard deviation of the logits above which a network is confidently wrong; `auto` gives 1 at most."""
NORMALIZED_OUTPUTS = 3.0
"""Replaces `OUTPUTS` if every hidden layer is normalized: then only the output layer's weights matter."""
BACKWARD = 2.0
"""Growth of the gradient per layer above which the weights are too large; healthy networks have 0.7 to 1.2."""
FLAT = 0.5
"""Share of saturated activations; it counts only with weighted sums above `SUMS`."""
SUMS = 3.0
TOO_LARGE = 1.5
"""Ratio of the size of the weights to the size that fits the activation function, below which the weights are not the
cause."""


def at_start(start: Start) -> Finding | None:
    """Fires if outputs are confidently wrong, gradients grow from layer to layer, or activations are saturated, and a
    layer's weights are larger than its activation function needs."""
    measured, begin = start.measured, start.measured.start
    layer = max(measured.layers, key=scale)
    if scale(layer) < TOO_LARGE or measured.data.input_rms > INPUTS:
        return None
    limit = NORMALIZED_OUTPUTS if start.is_normalized else OUTPUTS
    flat = max((one.flat or 0.0 for one in measured.hidden if one.z_rms > SUMS), default=0.0)
    grows = not start.is_normalized and (begin.backward_factor or 0.0) > BACKWARD
    if not (begin.output_deviation > limit or grows or (flat > FLAT and not start.is_normalized)):
        return None
    evidence = [
        Evidence(statistic="output_deviation", value=begin.output_deviation, threshold=limit, healthy=(0, limit)),
        Evidence(statistic="weight_scale", layer=layer.name, value=layer.weight_scale, healthy=(0.7, 2)),
    ]
    if begin.backward_factor is not None:
        evidence.append(
            Evidence(
                statistic="backward_factor", value=begin.backward_factor, threshold=BACKWARD, healthy=(0.7, BACKWARD)
            )
        )
    excess = begin.loss / measured.data.prior if measured.data.prior else 1.0
    return Finding(
        id=KIND.id,
        severity=_severity(start, excess, flat),
        layer=layer.name,
        evidence=tuple(evidence),
        because=f"The weights of {layer.name} have {figure(scale(layer))} times the size that suits its "
        f"{layer.fan_in} inputs: the outputs start with a deviation of {figure(begin.output_deviation)}, and the loss "
        f"at {figure(begin.loss)} where a constant prediction has {figure(measured.data.prior)}. The first steps only "
        "undo that.",
        patches=(cures.fitting_init(start.spec, start.network), cures.batch_norm(start.spec)),
    )


def _severity(start: Start, excess: float, flat: float) -> Severity:
    """A network that learns one batch at once recovers from a loss of ten times the prior, at the cost of half a point
    of accuracy. Saturated layers, however, memorize a batch and learn nothing else."""
    if start.learns_at_once and flat <= FLAT:
        return "note" if excess < EXCESS else "warning"
    return "critical" if excess > EXCESS else "warning"


EXCESS = 10.0
INPUTS = 5.0
"""Root mean square of the inputs above which the inputs, and not the weights, are the cause."""


def scale(layer: ProbedLayer) -> float:
    """The size of a layer's weights relative to the size that keeps the signal: sqrt(2 / fan_in) for ReLU and its kin,
    else sqrt(1 / fan_in)."""
    return layer.weight_scale / (sqrt(2) if layer.activation in RELU_LIKE else 1.0)


RELU_LIKE = ("relu", "leaky_relu", "elu", "gelu", "silu", "mish", "softplus")


KIND = FindingKind(
    id="initial_weights_too_large",
    title="Initial weights are too large",
    looks_like="The first loss is far above that of guessing, and the first epoch is spent on getting down to it. "
    "Sigmoid and tanh layers start saturated, deep networks diverge.",
    why="A weighted sum of n inputs grows with sqrt(n) times the weights' deviation. With N(0, 1) on 784 inputs, sums "
    "have a deviation of about 10 to 28 instead of 1. For random logits of deviation s the loss exceeds ln C by about "
    "s² (1 - 1/C) / 2; Xavier and He initialization give s ≤ 1. The finding needs weights larger than those of the "
    "activation's own initializer; with inputs that are too large it reports those instead.",
    cure='`{"init": "auto"}`; or batch normalization, which sets the scale of each layer whatever its weights.',
    at_start=at_start,
    in_run=too_large,
)
