"""The loss jumps up again and again, and recovers."""

from bisect import bisect_right
from collections.abc import Sequence

from gradus.spec.optimizer import Adam, AdamW, RMSProp
from gradus.wire.finding import Evidence, Finding, Patch
from insight.findings.kind import FindingKind
from insight.outcome import severity
from insight.run import Run
from insight.trend import median, ratio
from insight.words import clip_norm, figure, percent, rounded

FACTOR = 2.0
"""Ratio of an epoch's loss to that of the epoch before above which the epoch may be a spike."""
FLOOR = 0.05
"""Rise of a spike above the epoch before, at least, as a share of a constant prediction's loss."""
RECOVERS = 5
"""Epochs within which the loss must have recovered."""
SPIKES = 3


def in_run(run: Run) -> Finding | None:
    """Fires if a run has at least three spikes, not counting the first 5 % of its epochs."""
    if run.prior is None:
        return None
    start = max(1, bisect_right(run.epochs, run.spec.epochs // 20))
    spikes = spike_epochs(run.train_losses, FLOOR * run.prior.loss, start)
    if len(spikes) < SPIKES:
        return None
    largest = max(spikes, key=lambda i: ratio(run.train_losses[i], run.train_losses[i - 1]))
    factor = ratio(run.train_losses[largest], run.train_losses[largest - 1])
    return Finding(
        id=KIND.id,
        severity=severity(run),
        since=run.since(spikes[0]),
        evidence=(
            Evidence(statistic="spikes", value=len(spikes), threshold=SPIKES, healthy=(0, SPIKES - 1)),
            Evidence(statistic="largest_spike", value=factor, threshold=FACTOR, healthy=(0, FACTOR)),
        ),
        because=f"The training loss jumped up and recovered {len(spikes)} times. The largest jump is in epoch "
        f"{run.rows[largest].epoch}, from {figure(run.train_losses[largest - 1])} to "
        f"{figure(run.train_losses[largest])}. Repairing the jumps costs at least "
        f"{percent(sum(run.spans[i] for i in spikes) / run.last.epoch)} of the run.",
        patches=tuple(_patches(run)),
    )


def spike_epochs(losses: Sequence[float], height: float, start: int = 1) -> list[int]:
    """The indices of spikes: epochs whose loss is more than `FACTOR` times that of the epoch before, exceeds it by more
    than `height`, and has lost at least 90 % of that rise within the next `RECOVERS` epochs."""
    found = []
    for i in range(start, len(losses) - 1):
        before, after = losses[i - 1], losses[i + 1 : i + 1 + RECOVERS]
        is_high = losses[i] > FACTOR * before and losses[i] - before > height
        if is_high and min(after) <= before + 0.1 * (losses[i] - before):
            found.append(i)
    return found


def _patches(run: Run) -> list[Patch]:
    optimizer = run.spec.optimizer
    norm = median([row.gradient_norm for row in run.rows], run.spans)
    patches = []
    if run.spec.clip_norm is None and norm > 0:
        limit = clip_norm(norm)
        patches.append(
            Patch(patch={"clip_norm": limit}, why=f"A longer gradient is shortened to the usual norm of {limit:g}.")
        )
    if isinstance(optimizer, Adam | AdamW | RMSProp) and optimizer.eps < 1e-4:
        why = "Parameters whose gradients have been near 0 no longer take a long step when a larger gradient comes."
        patches.append(Patch(patch={"optimizer": {"eps": 1e-4}}, why=why))
    lr = rounded(optimizer.lr / 3)
    return [*patches, Patch(patch={"optimizer": {"lr": lr}}, why=f"A learning rate of {lr:g} makes shorter jumps.")]


KIND = FindingKind(
    id="loss_spikes",
    title="The loss spikes",
    looks_like="The curve of the training loss has teeth: single epochs with several times the loss of those around.",
    why="Adam and RMSProp divide each step by the recent size of the gradient. Where gradients have been tiny for "
    "long, a larger one moves the parameters far. With other optimizers, rare batches with huge gradients do the same. "
    "Three spikes of twice the loss, each of which recovers, are not chance.",
    cure="Clip the gradient at its usual norm; with Adam, raise `eps` to 1e-4; or lower the learning rate.",
    in_run=in_run,
)
