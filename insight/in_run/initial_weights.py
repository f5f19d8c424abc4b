"""Initial weights of an unsuitable size, as seen in the spec of a run."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures
from insight.in_run.initial_scale import Scaled, scales
from insight.outcome import STRICT, learns_well, severity
from insight.run import Run
from insight.words import figure

LARGE, SMALL = 4.0, 0.35
"""Root mean square of the weights times the root of the number of inputs, above and below which weights are too large
or too small; 1 for Xavier, 1.41 for He."""
FEW_LAYERS = 2
"""Number of hidden layers up to which small weights do no harm, as the output layer learns all the same."""

NORM = Patch(patch={"batch_norm": True}, why="Normalization gives every layer sums of the same size.")


def too_large(run: Run) -> Finding | None:
    """Fires if a layer's weights are four times as large as those that preserve the signal, and the run diverged or
    does not learn well."""
    worst = max(scales(run), key=lambda one: one.scale, default=None)
    if worst is None or worst.scale <= LARGE or not _is_bad(run):
        return None
    return _finding(run, "initial_weights_too_large", worst, LARGE, "makes the signal larger")


def too_small(run: Run) -> Finding | None:
    """Fires if the weights of several layers are about a third of those that preserve the signal, and the run does not
    learn well."""
    small = [one for one in scales(run) if one.scale < SMALL]
    if len(small) <= FEW_LAYERS or run.failure is not None or not _is_bad(run):
        return None
    return _finding(run, "initial_weights_too_small", min(small, key=lambda one: one.scale), SMALL, "makes it smaller")


def _is_bad(run: Run) -> bool:
    return run.failure is not None or (run.is_due and not learns_well(run, STRICT))


def _finding(run: Run, name: str, worst: Scaled, limit: float, what: str) -> Finding:
    is_large = name == "initial_weights_too_large"
    change = f"{figure(worst.scale)} times as large as" if is_large else f"{figure(1 / worst.scale)} times smaller than"
    return Finding(
        id=name,
        severity=severity(run, STRICT),
        layer=worst.layer,
        evidence=(
            Evidence(
                statistic="initial_scale", layer=worst.layer, value=worst.scale, threshold=limit, healthy=(0.7, 2.0)
            ),
        ),
        because=f"The initial weights of {worst.layer} have a standard deviation of {figure(worst.deviation)}; a "
        f"weighted sum of {worst.fan_in} inputs is {change} one of them: each such layer {what}"
        + (", and the first steps only undo that." if is_large else ", until nothing is left to learn from."),
        patches=tuple(
            cures.at_usable_rate(patch, run.spec) for patch in (cures.fitting_init(run.spec, run.network), NORM)
        ),
    )
