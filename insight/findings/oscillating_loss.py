"""The loss goes up and down instead of falling."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, isfinite

from gradus.spec.schedule import ConstantRate
from gradus.wire.finding import Evidence, Finding, Patch, Severity
from insight.findings.kind import FindingKind
from insight.outcome import severity
from insight.run import Run
from insight.words import figure, percent, rounded

WINDOW = 6
"""Number of last epochs that are judged, or a quarter of the run if that is more."""
SWING = 0.1
"""Mean change from one epoch to the next above which the loss oscillates, as a share of the loss."""
GAIN, CHANCE = 0.01, 0.25
"""The run makes progress if its mean loss falls by `GAIN` or more, as a share, from the first half of the window to the
second, and by `CHANCE` times the swing or more: less than that can be luck."""
ROUGH = 0.05
"""Remaining share of the loss of a constant prediction from which on the finding is a warning, however good the best
epoch was: the last epoch is what remains."""
FEW = 100
"""Number of validation examples below which the finding does not fire."""


def in_run(run: Run) -> Finding | None:
    """Fires if the training loss of the last epochs changes by 10 % from one to the next, in both directions, and is no
    lower in their second half than in their first. The mean loss of an epoch is over thousands of examples: sampling
    alone changes it by about a percent."""
    begin = run.before_last(max(WINDOW, ceil(run.last.epoch / 4)) - 1) if run.rows else 0
    window = run.train_losses[begin:]
    if len(window) < WINDOW or run.data.validation_examples < FEW or not all(map(isfinite, window)):
        return None
    epochs = run.last.epoch - run.epochs[begin] + 1
    mean, gain = sum(window) / len(window), improvement(window)
    changes = [later - earlier for earlier, later in pairwise(window)]
    swing = sum(map(abs, changes)) / len(changes) / mean if mean > 0 else 0.0
    ups = sum(change > 0 for change in changes) / len(changes)
    limit, small = max(GAIN, CHANCE * swing), run.remaining(mean) < 0.02
    if swing < SWING or gain >= limit or not 0.25 <= ups <= 0.75 or small:
        return None
    lowest, highest = min(window), max(window)
    return Finding(
        id=KIND.id,
        severity=_severity(run, run.remaining(mean)),
        since=run.since(begin),
        evidence=(
            Evidence(statistic="swing", value=swing, threshold=SWING, healthy=(0, SWING)),
            Evidence(statistic="improvement", value=gain, threshold=limit, healthy=(limit, None)),
        ),
        because=f"Over the last {epochs} epochs the training loss went up and down between {figure(lowest)} and "
        f"{figure(highest)}, by {percent(swing)} from one epoch to the next, and got nowhere: the steps are too long "
        "for the valley that they are in.",
        patches=tuple(_patches(run)),
    )


def _severity(run: Run, left: float) -> Severity:
    """The severity by the outcome gate; at least a warning if much of the training loss is left. With batch
    normalization, the training loss may be high only because of the noise of the batches, so this does not apply."""
    found = severity(run)
    norms = any(getattr(layer, "batch_norm", None) is not None for layer in run.network.layers)
    return "warning" if found == "note" and left >= ROUGH and not norms else found


def improvement(losses: Sequence[float]) -> float:
    """How much lower the mean of the second half is than that of the first, as a share of the first."""
    middle = len(losses) // 2
    first, second = sum(losses[:middle]) / middle, sum(losses[middle:]) / (len(losses) - middle)
    return 1 - second / first if first > 0 else 0.0


def _patches(run: Run) -> list[Patch]:
    lr = rounded(run.spec.optimizer.lr / 3)
    patches = [
        Patch(
            patch={"optimizer": {"lr": lr}}, why=f"Steps with a learning rate of {lr:g} do not jump across the valley."
        )
    ]
    if isinstance(run.spec.schedule, ConstantRate):
        cosine = Patch(patch={"schedule": {"kind": "cosine"}}, why="Steps that end at 0 come to rest in the valley.")
        patches.insert(0, cosine)
    size = run.spec.batch_size
    if size != "full" and 4 * size <= run.data.train_examples // 10:
        patches.append(Patch(patch={"batch_size": 4 * size}, why="Larger batches have gradients with half the noise."))
    return patches


KIND = FindingKind(
    id="oscillating_loss",
    title="The loss oscillates",
    looks_like="The training loss of an epoch is as often above that of the epoch before as below, by a tenth of its "
    "value, and after several epochs it is where it was.",
    why="Steps that are too long for the curvature jump from one wall of a valley to the other. The mean loss of an "
    "epoch is a mean over all training examples, so sampling noise hardly moves it; changes of 10 % without progress "
    "come from the parameters.",
    cure="Let the learning rate fall to 0 with a cosine schedule, or divide it by 3.",
    in_run=in_run,
)
