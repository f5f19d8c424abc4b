"""Activations lie where their function is flat."""

from gradus.wire.finding import Evidence, Finding
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.saturated_activation import in_run
from insight.start import Start
from insight.words import figure, percent

FLAT = 0.5
LOST = 0.9


def at_start(start: Start) -> Finding | None:
    """Fires if more than half of a sigmoid or tanh layer's activations have a slope below 5 % of the largest."""
    layer = max(start.measured.hidden, key=lambda one: one.flat or 0.0, default=None)
    flat = 0.0 if layer is None else layer.flat or 0.0
    if layer is None or layer.activation not in ("sigmoid", "tanh") or flat <= FLAT:
        return None
    return Finding(
        id=KIND.id,
        severity="critical" if flat > LOST else "warning",
        layer=layer.name,
        evidence=(
            Evidence(statistic="flat", layer=layer.name, value=flat, threshold=FLAT, healthy=(0, 0.1)),
            Evidence(statistic="z_rms", layer=layer.name, value=layer.z_rms, healthy=(0.1, 2)),
        ),
        because=f"{percent(flat)} of the activations of {layer.name} are where {layer.activation} is flat: its sums "
        f"are about {figure(layer.z_rms)} in size, and hardly any gradient passes.",
        patches=(cures.fitting_init(start.spec, start.network), cures.batch_norm(start.spec), cures.relu(start.spec)),
    )


KIND = FindingKind(
    id="saturated_activation",
    title="Saturated activations",
    looks_like="Activations pile up at the ends of the function's range; layers before it hardly learn.",
    why="The logistic function and tanh are flat for large sums: beyond |z| = 4.4 and 2.2 the slope is below 5 % of "
    "its maximum. Healthy networks start with next to no activations there, sick ones with 44 to 82 %. At the start, "
    "weights or inputs that are too large are the cause; later, a learning rate that is too high.",
    cure='`{"init": "auto"}`; batch normalization; ReLU.',
    at_start=at_start,
    in_run=in_run,
)
