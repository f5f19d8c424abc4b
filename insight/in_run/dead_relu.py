"""Dead units, as seen in a run."""

from gradus.spec.statistics import SAMPLED_EXAMPLES
from gradus.wire.finding import Evidence, Finding, Patch, Severity
from insight.in_run.layers import held
from insight.in_run.narrow import narrow_layer
from insight.outcome import is_at_prior, learns_well, severity
from insight.run import Run
from insight.words import percent, rounded

SHARE = 0.5
"""Share of dead units in a layer; up to 0.39 is normal in deep networks at the start."""
LEAST = 300
"""Number of examples from which on a unit that never fires differs from one that seldom does: by the rule of three it
fires for less than 1 % of all examples."""


def in_run(run: Run) -> Finding | None:
    """Fires if half of a layer's `relu` units output 0 for every sampled example. It is critical if all units of a
    layer do, as nothing passes; in a network that learns well it is a note."""
    if min(SAMPLED_EXAMPLES, run.data.train_examples) < LEAST:
        return None
    found = held(run, lambda layer: layer.dead is not None and layer.dead >= SHARE)
    if not found or narrow_layer(run) is not None:
        return None
    worst = max(found, key=lambda one: one.layer.dead or 0.0)
    first = min(found, key=lambda one: (one.since.epoch, one.since.step))
    shown = worst if worst.layer.dead == 1 else first
    share, units = shown.layer.dead or 0.0, shown.layer.units
    narrower = learns_well(run)
    then = (
        "a narrower layer would do the same"
        if narrower
        else "no gradient reaches their weights, so they stay dead, and information about the input is lost"
    )
    return Finding(
        id="dead_relu",
        severity=_severity(run, share),
        layer=shown.layer.name,
        since=shown.since,
        evidence=tuple(
            Evidence(
                statistic="dead", layer=one.layer.name, value=one.layer.dead or 0.0, threshold=SHARE, healthy=(0, 0.4)
            )
            for one in found
        ),
        because=f"{round(share * units)} of the {units} units of {shown.layer.name} output 0 for every example "
        f"({percent(share)}): {then}.",
        patches=() if narrower else _patches(run),
    )


def _severity(run: Run, share: float) -> Severity:
    if share == 1 or is_at_prior(run):
        return "critical"
    return severity(run)


def _patches(run: Run) -> tuple[Patch, ...]:
    lr = rounded(run.spec.optimizer.lr / 10)
    return (
        Patch(patch={"optimizer": {"lr": lr}}, why=f"Steps a tenth as long, with a rate of {lr:g}, do not kill units."),
        Patch(patch={"activation": "leaky_relu"}, why="A leaky unit always passes some gradient, and so can recover."),
        Patch(patch={"batch_norm": True}, why="Normalized sums are positive for half of the examples."),
    )
