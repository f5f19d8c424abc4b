"""Layers whose activations are nearly the same for all inputs, as seen in a run."""

from gradus.spec.optimizer import SGD, Momentum
from gradus.wire.finding import Evidence, Finding, Patch
from insight.in_run.layers import Held, held
from insight.outcome import best_remaining, severity
from insight.run import Run
from insight.words import figure

SHARE, ADAPTIVE_SHARE = 1e-3, 2e-4
"""Signal share below which the finding fires; healthy networks of up to 30 layers have more than 0.15 at the start. An
optimizer that divides each gradient by its own size gets by with less."""
LEARNED = 0.9
"""Share of a constant prediction's loss below which the network evidently gets enough of the signal."""


def in_run(run: Run) -> Finding | None:
    """Fires if the last hidden layer's activations differ between inputs by less than 0.1 % of their size, or 0.02 %
    with an adaptive optimizer, and hardly anything is learned."""
    if run.prior is None or best_remaining(run) < LEARNED or run.failure is not None:
        return None
    limit = SHARE if isinstance(run.spec.optimizer, SGD | Momentum) else ADAPTIVE_SHARE
    found = held(run, lambda layer: layer.share is not None and layer.share < limit)
    names = [layer.name for layer in run.reports[-1].layers if layer.name != "output"] if run.reports else []
    if not found or found[-1].layer.name != names[-1]:
        return None
    first, last = found[0], found[-1]
    return Finding(
        id="signal_collapse",
        severity=severity(run),
        layer=first.layer.name,
        since=last.since,
        evidence=tuple(
            Evidence(
                statistic="share",
                layer=one.layer.name,
                value=_share(one),
                threshold=limit,
                healthy=(0.01, 1),
            )
            for one in found
        ),
        because=f"Only {figure(_share(last))} of the activations of {last.layer.name} differs between inputs; the rest "
        "is the same for all. The output layer cannot tell the inputs apart.",
        patches=PATCHES,
    )


def _share(one: Held) -> float:
    return one.layer.share or 0.0


PATCHES = (
    Patch(patch={"activation": "relu", "init": {"kind": "auto"}}, why="ReLU passes differences on undiminished."),
    Patch(patch={"batch_norm": True}, why="Normalization subtracts what is the same for all inputs."),
)
