"""The network is too deep for the width of its layers."""

from math import prod
from statistics import median

from gradus.fork import unresolved
from gradus.spec.layer import Dense
from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures
from insight.findings.kind import FindingKind
from insight.start import Start
from insight.words import figure, percent

BETA = 1.0
DEAD = 0.1
RATIO = 0.1
SHARE = 0.01
HALF = 0.5
WIDER = 4
LEAST_LAYERS = 3


def at_start(start: Start) -> Finding | None:
    """Fires for ReLU layers without batch normalization if Σ 1/n > 1, or a whole layer is dead with a probability above
    0.1, and this seed or others show it."""
    hidden = [layer for layer in start.measured.hidden if layer.kind == "dense"]
    narrow = [layer for layer in hidden if layer.activation == "relu" and not layer.batch_norm]
    if len(narrow) < LEAST_LAYERS or len(narrow) < len(start.measured.hidden):
        return None
    beta = sum(1 / layer.units for layer in narrow)
    dead = dead_probability([layer.units for layer in narrow])
    if not (beta > BETA or dead > DEAD) or not _shows(start):
        return None
    width = median(layer.units for layer in narrow)
    return Finding(
        id=KIND.id,
        severity="note" if start.learns_at_once else "warning",
        evidence=(
            Evidence(statistic="beta", value=beta, threshold=BETA, healthy=(0, BETA)),
            Evidence(statistic="dead_probability", value=dead, threshold=DEAD, healthy=(0, DEAD)),
        ),
        because=f"{len(narrow)} layers of about {figure(width)} units forward almost nothing: by the formula a whole "
        f"layer is dead at the start for {percent(dead)} of all seeds, and the signal of the others differs from seed "
        "to seed.",
        patches=tuple(_patches(start)),
    )


def dead_probability(widths: list[int]) -> float:
    """The probability that a layer is dead at the start: 1 - Π (1 - 2^-n), for symmetric weights and biases of 0 (Lu et
    al., Dying ReLU and initialization, 2020)."""
    return 1 - prod(1 - 2.0**-n for n in widths)


def _shows(start: Start) -> bool:
    """Whether a network of this seed, or most of other seeds, fades."""
    begin = start.measured.start
    worst = max((layer.dead or 0.0 for layer in start.measured.hidden), default=0.0)
    fades = [_fades(begin.gradient_ratio, begin.share, worst)]
    fades += [_fades(seed.gradient_ratio, seed.share, seed.dead) for seed in start.measured.seeds]
    return fades[0] or 2 * sum(fades) >= len(fades)


def _fades(ratio: float | None, share: float | None, dead: float) -> bool:
    return ratio is None or ratio < RATIO or share is None or share < SHARE or dead > HALF


def _patches(start: Start) -> list[Patch]:
    layers = unresolved(start.spec)["layers"]
    documents = [
        {**document, "units": WIDER * layer.units} if isinstance(layer, Dense) else document
        for layer, document in zip(start.spec.layers, layers, strict=True)
    ]
    half = layers[: (len(layers) + 1) // 2]
    return [
        Patch(patch={"layers": documents}, why=f"Layers {WIDER} times as wide let signals through."),
        Patch(patch={"layers": half}, why="Half of the layers."),
        cures.cure(start.spec, {"activation": "tanh"}, "A tanh unit is never dead."),
    ]


KIND = FindingKind(
    id="too_deep_for_width",
    title="Too deep for the width",
    looks_like="Some seeds learn, others stay at the loss of guessing for good.",
    why="A layer of n ReLU units is dead for all inputs with a probability of about 2^-n, and with each narrow layer "
    "the spread of what passes grows: with Σ 1/n over the layers (Hanin and Rolnick, How to start training, 2018). "
    "Fifteen layers of five units have Σ 1/n = 3, and 38 % of their seeds are dead. The finding is silent if this seed "
    "and three others pass signals and gradients.",
    cure="Layers four times as wide, or half as many; or tanh.",
    at_start=at_start,
)
