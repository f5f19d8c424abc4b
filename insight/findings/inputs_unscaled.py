"""The inputs have an unsuitable scale."""

from gradus.spec.numbers import Standard
from gradus.wire.finding import Evidence, Finding, Patch, Severity
from insight import cures, tried
from insight.findings.kind import FindingKind
from insight.outcome import STRICT, severity
from insight.prior import InputScale
from insight.run import Run
from insight.start import Start
from insight.words import figure

LARGE = 5.0
SMALL = 0.02
RATIO = 30.0


def at_start(start: Start) -> Finding | None:
    """Fires if the inputs' root mean square is above 5, no input has a standard deviation above 0.02, or one number of
    a table varies 30 times as much as the median one."""
    data = start.measured.data
    scale = InputScale(
        rms=data.input_rms, largest_deviation=data.largest_input_deviation, deviation_ratio=data.deviation_ratio
    )
    is_harmless = start.is_normalized and start.is_adaptive
    return _finding(scale, start, "note" if is_harmless else "warning", start.measured.layers[0].name)


def in_run(run: Run) -> Finding | None:
    """Fires in a run if its inputs have one of the scales at which the finding fires at the start. In a network that
    learns well it is a note."""
    if run.prior is None or run.prior.inputs is None or not (run.is_due or run.failure is not None):
        return None
    layer = next(one.name for one in run.network.layers if one.tensors)
    return _finding(run.prior.inputs, run, severity(run, STRICT), layer)


def _finding(scale: InputScale, run: Run | Start, gravity: Severity, layer: str) -> Finding | None:
    ratio = scale.deviation_ratio or 1.0
    if scale.rms > LARGE:
        told = f"The inputs have a root mean square of {figure(scale.rms)}: the first layer's sums, and the steps"
        told += " of its weights, are that many times too large."
        shown = Evidence(statistic="input_rms", value=scale.rms, threshold=LARGE, healthy=(0.1, LARGE))
    elif 0 < scale.largest_deviation < SMALL:
        told = f"No input has a standard deviation above {figure(scale.largest_deviation)}: the first layer can"
        told += " hardly tell examples apart, and its gradient is as small."
        healthy = (0.1, LARGE)
        value = scale.largest_deviation
        shown = Evidence(statistic="largest_input_deviation", value=value, threshold=SMALL, healthy=healthy)
    elif ratio > RATIO:
        told = f"One input varies {figure(ratio)} times as much as most others: no learning rate suits both."
        shown = Evidence(statistic="deviation_ratio", value=ratio, threshold=RATIO, healthy=(1, RATIO))
    else:
        return None
    return Finding(
        id=KIND.id,
        severity=gravity,
        layer=layer,
        evidence=(shown,),
        because=told,
        patches=_patches(run),
    )


def _patches(start: Run | Start) -> tuple[Patch, ...]:
    """Patches: standardized inputs or, if the inputs are standardized already and yet too large, a lower learning
    rate."""
    dataset, why = start.spec.dataset, "Every input gets mean 0 and deviation 1 over the training examples."
    if dataset.digest is None and not dataset.standardize:
        return (Patch(patch={"dataset": {"standardize": True}}, why=why),)
    if dataset.digest is not None and not isinstance(dataset.numbers, Standard):
        return (Patch(patch={"dataset": {"numbers": "standard"}}, why=why),)
    tenth = cures.rate(start.spec, start.spec.optimizer.lr / 10, "Shorter steps suit the largest input.")
    return (*(tried.patches(start, higher=False) if isinstance(start, Start) else ()), tenth)


KIND = FindingKind(
    id="inputs_unscaled",
    title="The inputs are not scaled",
    looks_like="The first loss is far above that of guessing, or the first epochs change nothing; some columns seem to "
    "be ignored.",
    why="The gradient of a weight is proportional to its input. With inputs of 0 to 255 the first layer's gradient is "
    "255 times as large as the others', and no learning rate suits all; see LeCun et al., Efficient BackProp (1998), "
    "section 4.3. A constant input says nothing and does not count; pixels are of one kind and are not compared.",
    cure="Standardize the inputs.",
    at_start=at_start,
    in_run=in_run,
)
