"""All inputs look alike to the last layers."""

from gradus.wire.finding import Evidence, Finding
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.signal_collapse import in_run
from insight.start import Start
from insight.words import figure

SHARE = 1e-3
ADAPTIVE_SHARE = 2e-4
"""Replaces `SHARE` for optimizers that amplify a small gradient: with Adam, a network of two sigmoid layers (share
8e-4) learns, and one of three (share 4e-5) loses two points of accuracy."""
LOST = 1e-5
"""Signal share below which the loss stays on its plateau, unless the optimizer amplifies a small gradient."""


def at_start(start: Start) -> Finding | None:
    """Fires if less than a thousandth of the second moment of the last hidden layer's activations is variance between
    examples; with an adaptive optimizer, less than a five-thousandth."""
    hidden, share = start.measured.hidden, start.measured.start.share
    limit = ADAPTIVE_SHARE if start.is_adaptive else SHARE
    if share is None or share >= limit:
        return None
    last, is_lost = hidden[-1], share < LOST and not start.is_adaptive
    if start.is_adaptive:
        outcome = "gets almost the same values for every input. The optimizer amplifies what differs, over many steps."
    else:
        outcome = "gets the same values for every input, and can learn no more than the frequencies of the classes."
    return Finding(
        id=KIND.id,
        severity="note" if start.learns_at_once else "critical" if is_lost else "warning",
        layer=last.name,
        evidence=(Evidence(statistic="share", layer=last.name, value=share, threshold=limit, healthy=(0.01, 1)),),
        because=f"Only {figure(share)} of the activations of {last.name} differs between inputs; the rest is the same "
        f"for all. The output layer {outcome}",
        patches=(
            cures.relu(start.spec),
            cures.cure(start.spec, {"activation": "tanh"}, "tanh is 0 at 0, and adds nothing that all inputs share."),
            cures.batch_norm(start.spec),
        ),
    )


KIND = FindingKind(
    id="signal_collapse",
    title="All inputs look alike to the last layers",
    looks_like="The loss is that of the class frequencies for many epochs, whatever the optimizer, then may fall "
    "suddenly.",
    why="The signal share is the variance of the activations between examples over their second moment. The logistic "
    "function of a small sum is about 1/2 for every input, and each further layer halves what differs: one sigmoid "
    "layer has a share of 0.015, three 4.5e-5, five 1.5e-7. ReLU and tanh networks keep 0.15 and more at a depth of "
    "30. SGD and momentum then stay at the class frequencies. An adaptive optimizer amplifies the small gradient: "
    "with Adam MNIST is learned, but more slowly with each layer (after three epochs 95 % with five layers, 88 % with "
    "eight, 21 % with ten).",
    cure='`{"activation": "relu", "init": "auto"}`, or tanh, or batch normalization, which removes the common part.',
    at_start=at_start,
    in_run=in_run,
)
