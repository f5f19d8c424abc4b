"""The inputs have an unsuitable scale."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.start import Start
from insight.words import figure

LARGE = 5.0
SMALL = 0.02
RATIO = 30.0


def at_start(start: Start) -> Finding | None:
    """Fires if the inputs' root mean square is above 5, no input deviates by more than 0.02, or one number of a table
    varies 30 times as much as most."""
    data = start.measured.data
    ratio = data.deviation_ratio or 1.0
    if not (data.input_rms > LARGE or 0 < data.largest_input_deviation < SMALL or ratio > RATIO):
        return None
    is_harmless = start.is_normalized and start.is_adaptive
    if data.input_rms > LARGE:
        told = f"The inputs have a root mean square of {figure(data.input_rms)}: the first layer's sums, and the steps"
        told += " of its weights, are that many times too large."
        shown = Evidence(statistic="input_rms", value=data.input_rms, threshold=LARGE, healthy=(0.1, LARGE))
    elif data.largest_input_deviation < SMALL:
        told = f"No input deviates by more than {figure(data.largest_input_deviation)}: the first layer tells examples"
        told += " apart by next to nothing, and its gradient is that small, too."
        shown = Evidence(
            statistic="largest_input_deviation",
            value=data.largest_input_deviation,
            threshold=SMALL,
            healthy=(0.1, LARGE),
        )
    else:
        told = f"One input varies {figure(ratio)} times as much as most others: no learning rate suits both."
        shown = Evidence(statistic="deviation_ratio", value=ratio, threshold=RATIO, healthy=(1, RATIO))
    return Finding(
        id=KIND.id,
        severity="note" if is_harmless else "warning",
        layer=start.measured.layers[0].name,
        evidence=(shown,),
        because=told,
        patches=_patches(start),
    )


def _patches(start: Start) -> tuple[Patch, ...]:
    dataset, why = start.spec.dataset, "Every input gets mean 0 and deviation 1 over the training examples."
    if dataset.digest is None:
        return () if dataset.standardize else (Patch(patch={"dataset": {"standardize": True}}, why=why),)
    return (Patch(patch={"dataset": {"numbers": "standard"}}, why=why),)


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
)
