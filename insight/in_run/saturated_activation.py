"""Units on the flat parts of their activation function, as seen in a run."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures
from insight.in_run.layers import held
from insight.outcome import learns_well, severity
from insight.run import Run
from insight.words import percent, rounded

SHARE = 0.5
"""Share of flat activations above which a layer is saturated; 0 in healthy networks at the start, 0.44 to 0.82 in sick
ones."""
BOUNDED = {"sigmoid", "tanh"}


def in_run(run: Run) -> Finding | None:
    """Fires if more than half of a sigmoid or tanh layer's activations are where the slope is below 5 % of its largest.
    In a network that learns well it is a note: there they are features that are either on or off."""
    bounded = {layer.name for layer in run.network.layers if getattr(layer, "activation", None) in BOUNDED}
    found = held(run, lambda layer: layer.name in bounded and layer.flat is not None and layer.flat > SHARE)
    if not found:
        return None
    first = min(found, key=lambda one: (one.since.epoch, one.since.step))
    share = first.layer.flat or 0.0
    return Finding(
        id="saturated_activation",
        severity=severity(run),
        layer=first.layer.name,
        since=first.since,
        evidence=tuple(
            Evidence(
                statistic="flat", layer=one.layer.name, value=one.layer.flat or 0.0, threshold=SHARE, healthy=(0, 0.2)
            )
            for one in found
        ),
        because=f"{percent(share)} of the activations of {first.layer.name} lie where its activation function is flat: "
        "the gradient that passes is less than a twentieth there, so the layers before hardly learn.",
        patches=() if learns_well(run) else _patches(run),
    )


def _patches(run: Run) -> tuple[Patch, ...]:
    lr = rounded(run.spec.optimizer.lr / 10)
    return (
        cures.at_usable_rate(cures.fitting_init(run.spec, run.network), run.spec),
        cures.at_usable_rate(
            Patch(patch={"batch_norm": True}, why="Normalized sums stay where the function is steep."), run.spec
        ),
        Patch(patch={"optimizer": {"lr": lr}}, why=f"Shorter steps, with a rate of {lr:g}, do not push sums far out."),
    )
