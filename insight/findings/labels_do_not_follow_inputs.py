"""The labels have nothing to do with the inputs."""

from gradus.wire.finding import Evidence, Finding
from insight.findings.kind import FindingKind
from insight.start import Start
from insight.words import figure

EXAMPLES = 200
"""Held-out examples below which chance is too large to tell."""


def at_start(start: Start) -> Finding | None:
    """Fires if neither ridge regression nor the nearest neighbour predicts held-out training examples better than
    chance would."""
    data = start.measured.data
    linear, neighbour, chance = data.linear_correlation, data.neighbour_correlation, data.chance_correlation
    if linear is None or neighbour is None or chance is None or data.held_out < EXAMPLES:
        return None
    if max(linear, neighbour) >= chance:
        return None
    return Finding(
        id=KIND.id,
        severity="warning",
        evidence=(
            Evidence(statistic="linear_correlation", value=linear, threshold=chance, healthy=(chance, 1)),
            Evidence(statistic="neighbour_correlation", value=neighbour, threshold=chance, healthy=(chance, 1)),
        ),
        because=f"Neither a linear model nor the nearest neighbour predicts {data.held_out} held-out examples: "
        f"their predictions correlate with the truth by {figure(linear)} and {figure(neighbour)}, no more than chance "
        f"({figure(chance)}). Look whether labels and inputs were shuffled against each other.",
    )


KIND = FindingKind(
    id="labels_do_not_follow_inputs",
    title="Labels do not follow the inputs",
    looks_like="The training loss falls, as examples are learned by heart; validation stays at guessing or worse.",
    why="If labels were shuffled against the inputs, by a sort of one file and not of the other, no network can learn "
    "anything but the examples themselves. Real data sets, however hard, show a trace of their rule to a linear model "
    "or to the nearest neighbour. Both are fitted to 1,200 training examples and asked for 800 others.",
    cure="Nothing in the spec: check how inputs and labels were put together.",
    at_start=at_start,
)
