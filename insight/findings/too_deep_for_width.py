"""The network is too deep for the width of its layers."""

from math import prod
from statistics import median

from gradus.fork import unresolved
from gradus.spec.experiment import Spec
from gradus.spec.layer import Dense
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding, Patch, Severity
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.layers import hidden
from insight.in_run.vanishing_gradient import backward
from insight.outcome import STRICT, learns_well, severity
from insight.run import Run
from insight.start import Start
from insight.words import figure, percent

BETA = 1.0
DEAD = 0.1
RATIO, STUCK_RATIO = 0.1, 0.3
"""R below which the gradient fades, and the same for a network that hardly moves."""
SHARE = 0.01
HALF = 0.5
WIDER = 4
LEAST_LAYERS = 3


def at_start(start: Start) -> Finding | None:
    """Fires for ReLU layers without batch normalization if Σ 1/n > 1, or if a whole layer is dead with a probability
    above 0.1, and networks with this seed or others confirm it; a weaker fade counts in one that hardly moves."""
    widths = _narrow(start.network)
    if widths is None or not _shows(start):
        return None
    return _finding(start.spec, widths, "note" if start.learns_at_once else "warning")


def in_run(run: Run) -> Finding | None:
    """Fires for the same layers if the run has learned badly, and its first report shows that signals or gradients
    fade, or that most units of a layer are dead."""
    widths = _narrow(run.network)
    if widths is None or not run.reports or not run.is_due or run.failure is not None or learns_well(run, STRICT):
        return None
    first = run.reports[0]
    ratio, _, _ = backward(first, run.network)
    layers = hidden(first)
    if not _fades(ratio, layers[-1].share, max((layer.dead or 0.0 for layer in layers), default=0.0)):
        return None
    return _finding(run.spec, widths, severity(run, STRICT))


def _narrow(network: NetworkPlan) -> list[int] | None:
    """The widths of the hidden layers if all are dense ReLU layers without batch normalization, and so narrow that
    signals may be lost; else None."""
    inner = [layer for layer in network.layers[:-1] if layer.tensors]
    plain = [
        layer.shape[-1]
        for layer in inner
        if isinstance(layer, DensePlan) and layer.activation == "relu" and layer.batch_norm is None
    ]
    if len(plain) < max(LEAST_LAYERS, len(inner)):
        return None
    return plain if sum(1 / n for n in plain) > BETA or dead_probability(plain) > DEAD else None


def _finding(spec: Spec, widths: list[int], gravity: Severity) -> Finding:
    beta, dead, width = sum(1 / n for n in widths), dead_probability(widths), figure(median(widths))
    return Finding(
        id=KIND.id,
        severity=gravity,
        evidence=(
            Evidence(statistic="beta", value=beta, threshold=BETA, healthy=(0, BETA)),
            Evidence(statistic="dead_probability", value=dead, threshold=DEAD, healthy=(0, DEAD)),
        ),
        because=f"{len(widths)} layers of about {width} units forward almost nothing: by the formula a whole "
        f"layer is dead at the start for {percent(dead)} of all seeds, and the signal of the others differs from seed "
        "to seed.",
        patches=tuple(_patches(spec)),
    )


def dead_probability(widths: list[int]) -> float:
    """The probability that a layer is dead at the start: 1 - Π (1 - 2^-n), for symmetric weights and biases of 0 (Lu et
    al., Dying ReLU and initialization, 2020)."""
    return 1 - prod(1 - 2.0**-n for n in widths)


def _shows(start: Start) -> bool:
    """Whether the signal fades in the network of this seed, or in most of those of other seeds."""
    begin = start.measured.start
    worst = max((layer.dead or 0.0 for layer in start.measured.hidden), default=0.0)
    fades = [_fades(begin.gradient_ratio, begin.share, worst, STUCK_RATIO if start.hardly_moves else RATIO)]
    fades += [_fades(seed.gradient_ratio, seed.share, seed.dead) for seed in start.measured.seeds]
    return fades[0] or 2 * sum(fades) >= len(fades)


def _fades(ratio: float | None, share: float | None, dead: float, limit: float = RATIO) -> bool:
    return ratio is None or ratio < limit or share is None or share < SHARE or dead > HALF


def _patches(spec: Spec) -> list[Patch]:
    layers = unresolved(spec)["layers"]
    documents = [
        {**document, "units": WIDER * layer.units} if isinstance(layer, Dense) else document
        for layer, document in zip(spec.layers, layers, strict=True)
    ]
    half = layers[: (len(layers) + 1) // 2]
    return [
        Patch(patch={"layers": documents}, why=f"Layers {WIDER} times as wide let signals through."),
        Patch(patch={"layers": half}, why="Half of the layers."),
        cures.cure(spec, {"activation": "tanh"}, "A tanh unit is never dead."),
    ]


KIND = FindingKind(
    id="too_deep_for_width",
    title="Too deep for the width",
    looks_like="Some seeds learn, others stay at the loss of guessing for good.",
    why="A layer of n ReLU units is dead for all inputs with a probability of about 2^-n, and with each narrow layer "
    "the signal varies more from seed to seed, by Σ 1/n over the layers (Hanin and Rolnick, How to start training, "
    "2018). Fifteen layers of five units have Σ 1/n = 3, and 38 % of their seeds are dead. The finding is silent if "
    "this seed and three others pass signals and gradients.",
    cure="Layers four times as wide, or half as many; or tanh.",
    at_start=at_start,
    in_run=in_run,
)
