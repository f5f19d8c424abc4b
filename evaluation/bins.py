"""Reliability: whether predicted probabilities come true."""

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Floats
from evaluation.statistics import Statistic, binned_gap
from evaluation.wilson import wilson
from gradus.wire.evaluation import ReliabilityBin

BINS = 15


def bin_numbers(confidence: Floats) -> NDArray[np.intp]:
    """The bin of each example, (n,). Bins have equally many examples, in order of increasing confidence."""
    bins = np.empty(len(confidence), dtype=np.intp)
    for number, places in enumerate(np.array_split(np.argsort(confidence, kind="stable"), BINS)):
        bins[places] = number
    return bins


def reliability(confidence: Floats, true: Floats) -> tuple[ReliabilityBin, ...]:
    """Mean confidence and share of true predictions in each bin that is not empty; `confidence` and `true` are (n,)."""
    bins = bin_numbers(confidence)
    found = []
    for number in range(BINS):
        inside = bins == number
        n = int(inside.sum())
        if n:
            hits = float(true[inside].sum())
            found.append(
                ReliabilityBin(n=n, confidence=float(confidence[inside].mean()), share=hits / n, ci95=wilson(hits, n))
            )
    return tuple(found)


def calibration_error(confidence: Floats, true: Floats) -> Statistic:
    """Mean distance between confidence and share of true predictions over the bins of `reliability`, weighted by their
    size.

    Source: Guo et al., On calibration of modern neural networks (2017), with bins of equally many examples.
    """
    return binned_gap(true - confidence, bin_numbers(confidence), BINS)
