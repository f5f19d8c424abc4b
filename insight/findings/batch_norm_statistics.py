"""The running statistics of batch normalization do not fit the weights."""

from collections.abc import Sequence

from gradus.spec.batch import examples_per_step
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding, Patch, Severity
from insight.findings.kind import FindingKind
from insight.in_run.layers import newest
from insight.outcome import STRICT, learns_well, severity
from insight.run import Run
from insight.start import Start
from insight.trend import median
from insight.words import count, figure

SMALL = 8
"""Batch size below which the mean and variance of a batch are mostly noise."""
TINY = 4
"""Batch size below which the noise alone keeps a network from learning: in a batch of two, every normalized value is 1
or -1."""
SETTLED = 3.0
"""Steps times momentum after which the running averages have forgotten their initial values (e^-3 = 5 %)."""
RATIO = 1.5
"""Ratio of validation loss to training loss, as the median of the epochs, above which the statistics do not fit."""
NOISY = 1.25
"""Ratio of training loss to validation loss above which the noise of small batches makes training worse."""
MODES, MODES_T = 0.85, -4.0
"""Ratio of the loss with the batch's statistics to that with the running ones, on the same training examples, and its
paired t: the running statistics do not fit if both are below these."""
HARDLY, LESS = 1.0, 0.9
"""If steps times momentum are below `HARDLY`, the running averages consist mostly of their initial values. A ratio of
losses below `LESS` then suffices in place of `MODES`, whatever its t, which is small if a few examples are far off."""


def in_run(run: Run) -> Finding | None:
    """Fires if batches are tiny, or the run is too short for the running averages to settle, and the loss with the
    batch's statistics differs by half from that with the running ones, or by a quarter if it is the higher one in small
    batches. With large batches and enough steps, a gap between training and validation loss is overfitting; but a gap
    between both modes on the same training examples is not."""
    norm = next(
        (one.batch_norm for one in run.network.layers if isinstance(one, DensePlan | ConvPlan) and one.batch_norm), None
    )
    if norm is None or not run.is_due or run.failure is not None:
        return None
    batch = examples_per_step(run.spec.batch_size, run.data.train_examples)
    settled = run.last.step * norm.momentum
    is_small, is_short = batch < SMALL, settled < SETTLED
    modes = _modes(run, settled)
    if not (is_small or is_short or modes):
        return None
    known = [(row, span) for row, span in zip(run.rows, run.spans, strict=True) if row.train_loss > 0]
    ratio = median([row.validation_loss / row.train_loss for row, _ in known], [span for _, span in known])
    is_hopeless = batch < TINY and not learns_well(run, STRICT)
    if not (is_hopeless or ratio > RATIO or modes or (is_small and _trains_worse(run, ratio))):
        return None
    if is_small:
        told = f"the mean and variance of {count(batch, 'example')} are mostly noise"
        evidence = Evidence(statistic="batch_size", value=batch, threshold=SMALL, healthy=(SMALL, None))
    elif not is_short:
        told = "the averages lag behind the weights"
        evidence = modes[0]
    else:
        told = f"{count(run.last.step, 'step')} with a momentum of {norm.momentum:g} are too few for the averages"
        evidence = Evidence(statistic="steps_times_momentum", value=settled, threshold=SETTLED, healthy=(SETTLED, None))
    times, on = f"{figure(ratio)} times", ""
    if modes and isinstance(value := modes[0].value, int | float) and value > 0:
        times, on = f"{figure(1 / value)} times", ", on the same training examples"
    return Finding(
        id=KIND.id,
        severity=_severity(run, settled, modes),
        evidence=(
            *dict.fromkeys((evidence, *modes)),
            Evidence(statistic="validation_over_train_loss", value=ratio, threshold=RATIO, healthy=(1 / RATIO, RATIO)),
        ),
        because=f"Evaluation with running statistics has {times} the loss of training with each batch's own{on}: "
        f"{told}.",
        patches=tuple(_patches(is_small, run)),
    )


def _severity(run: Run, settled: float, modes: Sequence[Evidence]) -> Severity:
    """The severity by the outcome gate. A regression whose running averages consist mostly of their initial values gets
    at least a warning: however well it has learned, the same examples show that it would have a lower loss with other
    averages."""
    found = severity(run, STRICT)
    return "warning" if found == "note" and modes and settled < HARDLY and run.data.task == "regression" else found


def _modes(run: Run, settled: float) -> tuple[Evidence, ...]:
    """The evidence that the running statistics do not fit: on the same training examples, the loss with them is higher
    than that with the batch's own, beyond chance."""
    report = newest(run)
    if report is None or report.mode_ratio is None or report.mode_t is None:
        return ()
    lags = settled < HARDLY and report.mode_ratio < LESS
    differs = report.mode_ratio < MODES and report.mode_t < MODES_T and not learns_well(run, STRICT)
    if not (lags or differs):
        return ()
    limit, least_t = (LESS, None) if lags else (MODES, MODES_T)
    return (
        Evidence(statistic="mode_ratio", value=report.mode_ratio, threshold=limit, healthy=(limit, None)),
        Evidence(
            statistic="mode_t",
            value=report.mode_t,
            threshold=least_t,
            healthy=None if least_t is None else (least_t, None),
        ),
    )


def _trains_worse(run: Run, ratio: float) -> bool:
    """Whether the noise of small batches makes the training loss higher than the validation loss. Dropout does so, too,
    but by less than a half; and so does augmentation, so that nothing is known then."""
    if run.spec.dataset.augment:
        return False
    drops = any(isinstance(one, DensePlan | ConvPlan) and one.dropout > 0 for one in run.network.layers)
    return ratio < 1 / (RATIO if drops else NOISY)


def at_start(start: Start) -> Finding | None:
    """Fires if batches of fewer than four examples are normalized; below eight it is a note."""
    norms = [one for one in start.network.layers if isinstance(one, DensePlan | ConvPlan) and one.batch_norm]
    batch = examples_per_step(start.spec.batch_size, start.data.train_examples)
    if not norms or batch >= SMALL:
        return None
    return Finding(
        id=KIND.id,
        severity="warning" if batch < TINY else "note",
        layer=norms[0].name,
        evidence=(Evidence(statistic="batch_size", value=batch, threshold=SMALL, healthy=(SMALL, None)),),
        because=f"Batch normalization takes its mean and variance from {count(batch, 'example')}: they are mostly "
        "noise, which evaluation with running averages does not have.",
        patches=tuple(_patches(True, start)),  # noqa: FBT003
    )


def _patches(is_small: bool, run: Run | Start) -> list[Patch]:
    off = Patch(
        patch={"batch_norm": False}, why="Without batch normalization training and evaluation compute the same."
    )
    if is_small:
        size = min(32, run.data.train_examples)
        larger = Patch(patch={"batch_size": size}, why=f"Batches of {size} have usable means and variances.")
        slower = Patch(patch={"batch_norm": {"momentum": 0.01}}, why="Averages over a hundred batches have less noise.")
        return [larger, slower, off]
    return [Patch(patch={"batch_norm": {"momentum": 0.3}}, why="The averages settle within ten steps."), off]


KIND = FindingKind(
    id="batch_norm_statistics",
    title="Batch normalization evaluates with the wrong statistics",
    looks_like="Validation and training loss are far apart from the first epoch on, and validation scores jump.",
    why="In training, batch normalization uses the mean and variance of the batch; in evaluation, running averages of "
    "them. With batches of a few examples each mean is noise, and the network learns to live with that noise, which is "
    "absent in evaluation. With a momentum of 0.1 the averages need 30 steps to forget where they began. The surest "
    "sign is the loss of the same training examples in both modes: only the statistics differ.",
    cure="Batches of 32; or a smaller momentum with small batches, a larger momentum with few steps; or no batch "
    "normalization.",
    at_start=at_start,
    in_run=in_run,
)
