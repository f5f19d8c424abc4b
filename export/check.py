"""Compares a model with the same computation in numpy, on sample rows, before it is delivered."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from export.batches import sample_rows
from export.checkpoint import CHOOSE, Unusable
from export.feeds import feeds
from export.reference import in_own_units, outputs, probabilities
from export.sample import sample
from export.session import Session
from export.signature import signature
from export.trained import Trained
from preprocessing.encode import transform

TOLERANCE = 1e-6
"""Largest allowed difference of a probability at a temperature of 1, or of a target in standard deviations."""
AS_ROUNDED = 4
"""Where float32 is less exact than the tolerance, the limit is this multiple of the rounding error of float32."""


class Differs(Exception):
    """The model and the reference disagree: a bug in Gradus or in a library."""


def check(members: Sequence[Trained], session: Session) -> float:
    """The largest difference between the answers of a model, of one or more networks, and the reference on sample rows.

    Raises:
        Differs: it is larger than rounding explains.
        Unusable: an output of a network is not finite.
    """
    trained = members[0]
    rows = sample(trained.fitted, sample_rows(trained))
    inputs = transform(trained.fitted, rows)
    exact, rounded = (_expected(members, inputs, dtype) for dtype in (np.float64, np.float32))
    found = _of_model(trained, session.run(feeds(trained.fitted, rows)), len(members))
    difference = _largest(found, exact)
    coldest = min(one.temperature for one in members)  # a temperature divides the errors of logits as well
    limit = max(TOLERANCE / min(1.0, coldest), AS_ROUNDED * _largest(rounded, exact))
    if not difference <= limit:
        raise Differs(f"the ONNX model differs from the reference by {difference:.3g}; the limit is {limit:.3g}")
    return difference


def _expected(
    members: Sequence[Trained], inputs: NDArray[np.float32], dtype: type[np.floating]
) -> NDArray[np.floating]:
    """The expected probabilities, or targets in standard deviations; for several networks, their mean and then the
    spread."""
    each = []
    for one in members:
        computed = outputs(one, inputs, dtype)
        if not np.isfinite(computed).all():
            raise Unusable("the weights are so large that answers are not finite, as the run has diverged: " + CHOOSE)
        shares = probabilities(one.data.task, computed / dtype(one.temperature))
        each.append(_in_units_of(members[0], one, computed) if shares is None else shares)
    if len(each) == 1:
        return each[0]
    stacked = np.stack(each)
    return np.concatenate([stacked.mean(axis=0), stacked.std(axis=0, ddof=1)], axis=1)


def _in_units_of(first: Trained, one: Trained, computed: NDArray[np.floating]) -> NDArray[np.floating]:
    """The standardized targets of a network, converted to the scale of the first network."""
    scale, own = first.target_scale, one.target_scale
    assert scale is not None
    assert own is not None
    return computed if one is first else (in_own_units(own, computed) - scale.mean) / scale.deviation


def _of_model(trained: Trained, found: dict[str, NDArray[np.floating]], members: int) -> NDArray[np.floating]:
    """The answers of a model, in the form of `_expected`."""
    names, scale = signature(trained.fitted, trained.data, members), trained.target_scale
    if names.probabilities is not None:
        parts = [found[names.probabilities.name]]
    else:
        assert scale is not None
        parts = [(found[names.prediction.name] - scale.mean) / scale.deviation]
    if names.spread is not None:
        parts.append(found[names.spread.name] / (1.0 if scale is None else scale.deviation))
    return np.concatenate(parts, axis=1)


def _largest(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.abs(one.astype(np.float64) - other.astype(np.float64)).max(initial=0.0))
