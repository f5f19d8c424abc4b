"""The initial weights are too small."""

from statistics import median

from gradus.wire.finding import Evidence, Finding, Severity
from insight import cures
from insight.findings.initial_weights_too_large import scale
from insight.findings.kind import FindingKind
from insight.in_run.initial_weights import too_small
from insight.start import Start
from insight.words import figure

TOO_SMALL = 0.8
"""Ratio of the size of the weights to the size that fits the activation function, above which the activation function
is the cause."""
RATIO = 0.1
"""R, or the ratio of the last layer's weighted sums to the first's, below which the signal fades."""
STUCK_RATIO = 0.3
"""The same ratio for a network that hardly moves, in which what is left of the signal is evidently too little."""
LOST = 0.01


def at_start(start: Start) -> Finding | None:
    """Fires if signals or gradients fade by a factor of 10 over all layers, or of 3 in a network that hardly moves, and
    the weights are smaller than the activation function needs. It needs two hidden layers: the gradient of a single one
    comes straight from the output layer."""
    hidden, begin = start.measured.hidden, start.measured.start
    if len(hidden) < 2 or any(layer.batch_norm for layer in hidden):
        return None
    size = median(scale(layer) for layer in hidden)
    forward = hidden[-1].z_rms / hidden[0].z_rms if hidden[0].z_rms else 1.0
    backward = begin.gradient_ratio
    limit = STUCK_RATIO if start.hardly_moves else RATIO
    if size > TOO_SMALL or size == 0 or backward is None or min(forward, backward) > limit:
        return None
    gain = forward ** (1 / (len(hidden) - 1))
    return Finding(
        id=KIND.id,
        severity=_severity(start, min(forward, backward)),
        layer=hidden[0].name,
        evidence=(
            Evidence(statistic="weight_scale", value=size, threshold=TOO_SMALL, healthy=(TOO_SMALL, 1.5)),
            Evidence(statistic="forward_ratio", value=forward, threshold=limit, healthy=(limit, 10)),
            Evidence(statistic="gradient_ratio", value=backward, threshold=limit, healthy=(limit, 10)),
        ),
        because=f"The hidden weights have {figure(size)} times the size that suits their inputs: each layer "
        f"multiplies the signal by {figure(gain)}, so that after {len(hidden)} layers {figure(forward)} of the signal "
        f"is left, and {figure(backward)} of the gradient comes back to {hidden[0].name}.",
        patches=(cures.auto_init(start.spec), cures.batch_norm(start.spec)),
    )


def _severity(start: Start, ratio: float) -> Severity:
    if start.learns_at_once:
        return "note"
    if start.is_adaptive and ratio > LOST:
        return "note"  # it cancels the scale
    return "critical" if ratio < LOST and not start.is_adaptive else "warning"


KIND = FindingKind(
    id="initial_weights_too_small",
    title="Initial weights are too small",
    looks_like="The loss stays at that of guessing for epochs; with luck it falls suddenly after a long plateau.",
    why="Each layer multiplies the signal, and backward the gradient, by a factor that the size of its weights sets. "
    "With N(0, 0.01²) on 100 inputs it is 0.07: after five layers a hundred-thousandth is left, and the outputs hardly "
    "depend on the inputs. The factors are measured, and a weaker fade counts if neither the planned steps nor twenty "
    "steps on one batch get anywhere. The weights are blamed only if they are smaller than those of the activation's "
    "own initializer, else it is the activation's fault (`vanishing_gradient`).",
    cure='`{"init": "auto"}`; or batch normalization.',
    at_start=at_start,
    in_run=too_small,
)
