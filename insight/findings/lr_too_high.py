"""The learning rate is too high."""

from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures, tried
from insight.findings import dropout_too_strong, penalty_too_strong, signal_collapse
from insight.findings.kind import FindingKind
from insight.in_run.lr_too_high import in_run
from insight.start import Start
from insight.words import figure

PLAIN = (0.0, 0.25)
"""Values of rho, for plain gradient descent, below which the finding is critical and below which it is a warning. Below
0, a step goes more than twice as far as the minimum along its line."""
ADAPTIVE = (-2.0, 0.0)
"""Replaces `PLAIN` for optimizers whose first step moves every weight by the learning rate."""
HAMPERED = 0.2
"""Loss of one batch after twenty steps on it, over its first loss, above which a rho between 0 and 0.25 is a
warning."""
SUSTAINED = 0.1
"""rho below which a step of the length that momentum finally reaches goes too far."""
PLAIN_PEAK = 2.0
"""Largest loss of one batch in twenty steps on it, over its first loss."""
ADAPTIVE_PEAK = 10.0
LEAST_BATCH = 8
"""Batch size below which batch normalization makes the loss of a batch useless for judging steps."""


def at_start(start: Start) -> Finding | None:
    """Fires if the first step gains less than a quarter of what the gradient predicts, or the loss of one batch grows
    in twenty steps on it, unless the whole run was tried and no rate is better; or if a lower rate was tried and
    learned more."""
    return _tried(start) if tried.is_sound(start) else _too_far(start) or _tried(start)


def _tried(start: Start) -> Finding | None:
    trial = tried.lower(start)
    if trial is None or _is_regularized_too_much(start):
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=tried.evidence(start, trial),
        because=tried.because(start, trial) + ": its steps are too long to settle.",
        patches=_patches(start),
    )


def _is_regularized_too_much(start: Start) -> bool:
    """Whether dropout or a penalty is at fault: shorter steps are then better only because they reduce the noise of
    dropout, or the pull of the penalty."""
    return any(kind.at_start(start) is not None for kind in (dropout_too_strong, penalty_too_strong))


def _too_far(start: Start) -> Finding | None:
    measured, rate = start.measured, start.measured.rate
    if signal_collapse.at_start(start) is not None:
        return None  # only the output's biases learn, and how long their steps are does not matter
    if tried.higher(start) is not None or tried.learns(start):
        return None  # later steps are shorter
    if any(layer.batch_norm for layer in measured.layers) and _batch(start) < LEAST_BATCH:
        return None
    critical, warning = ADAPTIVE if start.is_adaptive else PLAIN
    limit = ADAPTIVE_PEAK if start.is_adaptive else PLAIN_PEAK
    peak = measured.twenty.peak
    is_gentle = getattr(start.spec.schedule, "warmup", 0.0) > 0 or start.spec.schedule.kind == "coslog"
    rho = rate.rho
    sustained = measured.step.sustained_rho
    drifts = sustained is not None and sustained < SUSTAINED and not is_gentle
    is_short = rho < warning and (start.is_adaptive or rho < 0 or measured.twenty.final > HAMPERED)
    if not peak > limit and not drifts and (is_gentle or not is_short):
        return None
    is_critical = rho < critical and not is_gentle and not start.learns_at_once
    return Finding(
        id=KIND.id,
        severity="critical" if is_critical or measured.twenty.final > 2 else "warning",
        evidence=(
            Evidence(statistic="rho", value=rho, threshold=warning, healthy=(warning, 1)),
            *(
                [Evidence(statistic="sustained_rho", value=sustained, threshold=SUSTAINED, healthy=(SUSTAINED, 1))]
                if sustained is not None
                else []
            ),
            Evidence(statistic="peak", value=peak, threshold=limit, healthy=(1, limit)),
        ),
        because=_because(start, rho if rho < warning else sustained or rho, peak, rho < warning or sustained is None),
        patches=_patches(start),
    )


def _because(start: Start, rho: float, peak: float, is_first: bool) -> str:
    lr = f"{start.spec.optimizer.lr:g}"
    step = "the first step" if is_first else "a step of the length that momentum finally reaches"
    what = "the loss of the same batch grows" if rho < 0 else f"the loss falls by {figure(rho)} of the predicted amount"
    then = f", and in twenty steps on one batch it peaks at {figure(peak)} times the first" if peak > PLAIN_PEAK else ""
    return f"With a learning rate of {lr} {step} goes too far: {what}{then}."


def _batch(start: Start) -> int:
    size = start.spec.batch_size
    return start.data.train_examples if size == "full" else size


def _patches(start: Start) -> tuple[Patch, ...]:
    best = start.measured.step.recommended
    lr = start.spec.optimizer.lr
    lower = (
        []
        if best is None or best >= lr
        else [cures.rate(start.spec, best, "The first step gains 85 % of what its gradient predicts.")]
    )
    clip = 2 * start.measured.step.gradient_norm
    return (
        *cures.longer_memory(start.spec),
        *tried.patches(start, higher=False),
        *lower,
        cures.rate(start.spec, lr / 10, "A tenth of the learning rate."),
        Patch(patch={"clip_norm": float(f"{clip:.2g}")}, why="Clipping limits the steps that go too far.")
        if clip > 0
        else cures.rate(start.spec, lr / 100, "A hundredth of the learning rate."),
    )


KIND = FindingKind(
    id="lr_too_high",
    title="The learning rate is too high",
    looks_like="The loss jumps up in the first steps, then sits on a plateau or jumps about; ReLU units die.",
    why="Along the step, a loss is nearly a parabola. rho is the decrease of a batch's loss over the one that its "
    "gradient predicts: 1 for a tiny step, 1/2 at the minimum, 0 at twice the way to it, where the loss is as before. "
    "It is measured on the same batch, so that sampling noise does not count. The first step of Adam and its kind "
    "moves every weight by the learning rate, which is pessimistic; later ones are shorter. Milder cases show in the "
    "probe's short trainings at other rates: a lower one is better on held-out examples, beyond chance, and on "
    "its training examples. If it were better on held-out examples alone, the problem would be overfitting.",
    cure="The rate that did best in the short trainings; else the learning rate at which rho is 0.85, which the probe "
    "measures; else a warm-up, or gradient clipping.",
    at_start=at_start,
    in_run=in_run,
)
