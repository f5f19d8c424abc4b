"""A network without a nonlinear function."""

from collections.abc import Sequence

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.finding import Evidence, Finding, Patch
from insight import cures
from insight.findings.kind import FindingKind
from insight.in_run.linear_network import in_run
from insight.linear import is_nonlinear
from insight.start import Start
from insight.words import count, percent

SAVED = 0.18
"""Share of a linear model's errors that a kernel model avoids; up to 0.13 in data that a linear model describes as well
as a network does."""
SIGNIFICANT = 3.0
"""Paired t of the difference in errors above which it is not chance."""
WELL = 0.25
"""Share of a constant prediction's errors up to which a linear model that was tried is said to learn well: then the
finding is a note, as linear models are chosen on purpose."""


def at_start(start: Start) -> Finding | None:
    """Fires if no hidden layer has an activation function. Exact: there is no threshold. Without hidden layers, it
    fires if a kernel model is much better than a linear one; as a note if a trial has recognized most examples."""
    layers = [layer for layer in start.network.layers[:-1] if isinstance(layer, DensePlan | ConvPlan)]
    if is_nonlinear(start.network):
        return None
    return _useless(start, layers) if layers else _missing(start)


def _useless(start: Start, layers: list[DensePlan | ConvPlan]) -> Finding:
    return Finding(
        id=KIND.id,
        severity="warning",
        layer=layers[0].name,
        evidence=(Evidence(statistic="nonlinear_layers", value=0, threshold=1, healthy=(1, None)),),
        because=f"None of the {count(len(layers), 'hidden layer')} has an activation function: together they compute "
        "one weighted sum of the inputs, as a network without hidden layers does.",
        patches=(cures.cure(start.spec, {"activation": "relu", "init": {"kind": "auto"}}, "ReLU bends the function."),),
    )


def _missing(start: Start) -> Finding | None:
    data = start.measured.data
    saved, t = data.curvature, data.curvature_t
    if saved is None or t is None or saved < SAVED or t < SIGNIFICANT:
        return None
    bends = {"activation": "relu"} if start.spec.activation == "identity" else {}
    left = _errors_left(start)
    return Finding(
        id=KIND.id,
        severity="note" if left is not None and left <= WELL else "warning",
        evidence=(
            Evidence(statistic="curvature", value=saved, threshold=SAVED, healthy=(0, SAVED)),
            Evidence(statistic="curvature_t", value=t, threshold=SIGNIFICANT),
        ),
        because=f"Without a hidden layer the network is a linear model. On {data.held_out} held-out examples, a kernel "
        f"model avoids {percent(saved)} of a linear model's errors.",
        patches=(Patch(patch={"layers": [64], **bends}, why="A hidden layer lets the function bend."),),
    )


def _errors_left(start: Start) -> float | None:
    """The errors of the best rate that was tried, as a share of a constant prediction's; None if it is not known. Class
    weights weight the errors, too: if they are balanced, all classes are equally frequent."""
    trial, shares = start.measured.step.trial, start.measured.data.class_shares
    known = [] if trial is None else [one.accuracy for one in trial.rates if one.accuracy is not None]
    if not known or not shares:
        return None
    if start.data.task == "multi_label":
        errors = sum(min(one, 1 - one) for one in shares) / len(shares)
    else:
        weighted = _weighted(start, shares)
        errors = 1 - max(weighted) / sum(weighted) if sum(weighted) > 0 else 0.0
    return (1 - max(known)) / errors if errors > 0 else None


def _weighted(start: Start, shares: Sequence[float]) -> Sequence[float]:
    """The shares of the classes, multiplied by their weights in the loss."""
    match start.spec.dataset.class_weights:
        case None | "none":
            return shares
        case "balanced":
            return [1.0] * len(shares)
        case weights:
            return [share * weights.get(name, 1.0) for name, share in zip(start.data.classes, shares, strict=True)]


KIND = FindingKind(
    id="linear_network",
    title="The network is linear",
    looks_like="It learns quickly and stops at the score of a linear model.",
    why="A weighted sum of weighted sums is a weighted sum: layers with the activation `identity` add parameters, but "
    "nothing that one layer could not compute. Some data need no hidden layers: their lack is a finding only if a "
    "kernel model, fitted to 1,200 training examples, avoids a fifth of ridge regression's errors on 800 others, far "
    "more than chance explains; a note if a short training recognizes most examples all the same.",
    cure='`{"activation": "relu"}`, or `"layers": []` if a linear model is wanted; a hidden layer if there is none.',
    at_start=at_start,
    in_run=in_run,
)
