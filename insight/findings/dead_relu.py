"""Units that output 0 for every example."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.dead_relu import in_run
from insight.start import Start
from insight.widths import is_too_narrow
from insight.words import percent

HALF = 0.5
EXAMPLES = 300
"""Number of examples with which a unit that never fires can be said to fire for less than 1 % of all (95 % confidence,
rule of three)."""


def at_start(start: Start) -> Finding | None:
    """Fires if half of a ReLU layer's units output 0 for every example measured; critical if all of them do. In a layer
    with too few units to tell the classes apart, it fires only if all are dead: one dead unit of two is half
    already."""
    measured = start.measured
    if start.data.train_examples < EXAMPLES:
        return None
    is_few = measured.effort.measured < EXAMPLES  # each has hundreds of pixels for a channel
    hidden = [one for one in measured.hidden if one.kind != "dense" or not is_few]
    hidden = [one for one in hidden if one.dead == 1 or not is_too_narrow(one.units, len(start.data.classes))]
    layer = max(hidden, key=lambda one: one.dead or 0.0, default=None)
    dead = 0.0 if layer is None else layer.dead or 0.0
    if layer is None or dead < HALF:
        return None
    number = round(dead * layer.units)
    return Finding(
        id=KIND.id,
        severity="critical" if dead == 1 else "note" if start.learns_at_once else "warning",
        layer=layer.name,
        evidence=(
            Evidence(statistic="dead", layer=layer.name, value=dead, threshold=HALF, healthy=(0, 0.4)),
            *(
                Evidence(statistic="dead", layer=one.name, value=one.dead)
                for one in hidden
                if one is not layer and (one.dead or 0.0) >= HALF
            ),
        ),
        because=f"{number} of the {layer.units} units of {layer.name} ({percent(dead)}) output 0 for every example "
        "measured: no gradient reaches their weights, so they cannot come back.",
        patches=(_leaky(start), cures.batch_norm(start.spec), cures.auto_init(start.spec)),
    )


def _leaky(start: Start) -> Patch:
    why = "A slope of 0.01 below 0 lets the gradient through."
    return cures.cure(start.spec, {"activation": "leaky_relu"}, why)


KIND = FindingKind(
    id="dead_relu",
    title="Dead units",
    looks_like="A layer's activations are mostly 0 for all examples; the loss may sit at that of guessing.",
    why="A ReLU unit whose weighted sum is negative for every example outputs 0 and gets no gradient. It is normal for "
    "a ReLU unit to be 0 for most examples; it counts as dead only if it is 0 for all of at least 300. At the start, "
    "up to 40 % of the units of a deep He network are idle, and it learns well: the finding needs half of them. During "
    "training, a learning rate that is too high kills units, and is then listed as the cause.",
    cure="A tenth of the learning rate if it was too high; `leaky_relu`; batch normalization.",
    at_start=at_start,
    in_run=in_run,
)
