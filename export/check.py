"""Holds a model against the same computation in numpy, on sample rows, before anybody gets it."""

import numpy as np
from numpy.typing import NDArray

from export.batches import sample_rows
from export.checkpoint import CHOOSE, Unusable
from export.feeds import feeds
from export.reference import outputs, probabilities
from export.sample import sample
from export.session import Session
from export.signature import signature
from export.trained import Trained
from preprocessing.encode import transform

TOLERANCE = 1e-6
"""Largest difference of a probability, or of a target in standard deviations."""
AS_ROUNDED = 4
"""Where float32 is less exact than the tolerance: so many times what rounding to float32 alone changes."""


class Differs(Exception):
    """The model and the reference disagree: a fault of ours, or of a library."""


def check(trained: Trained, session: Session) -> float:
    """The largest difference between a model and the reference on sample rows.

    Raises:
        Differs: it is larger than rounding explains.
        Unusable: what the network computes is beyond float32.
    """
    rows = sample(trained.fitted, sample_rows(trained))
    inputs = transform(trained.fitted, rows)
    computed = [outputs(trained, inputs, dtype) for dtype in (np.float64, np.float32)]
    if not all(np.isfinite(one).all() for one in computed):
        raise Unusable("the weights are so large that answers are not finite, as the run has diverged: " + CHOOSE)
    exact, rounded = (_answer(trained, one) for one in computed)
    found = _of_model(trained, session.run(feeds(trained.fitted, rows)))
    difference = _largest(found, exact)
    limit = max(TOLERANCE, AS_ROUNDED * _largest(rounded, exact))
    if not difference <= limit:
        raise Differs(f"the ONNX model differs by {difference:.3g} from the reference, by more than {limit:.3g}")
    return difference


def _answer(trained: Trained, found: NDArray[np.floating]) -> NDArray[np.floating]:
    shares = probabilities(trained.data.task, found)
    return found if shares is None else shares


def _of_model(trained: Trained, found: dict[str, NDArray[np.floating]]) -> NDArray[np.floating]:
    """Probabilities, or targets in standard deviations."""
    names = signature(trained.fitted, trained.data)
    if names.probabilities is not None:
        return found[names.probabilities.name]
    assert trained.target_scale is not None
    standardized: NDArray[np.floating] = (
        found[names.prediction.name] - trained.target_scale.mean
    ) / trained.target_scale.deviation
    return standardized


def _largest(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.abs(one.astype(np.float64) - other.astype(np.float64)).max(initial=0.0))
