"""Softmax and cross-entropy over classes."""

import numpy as np
from numpy.typing import NDArray

from evaluation.logits import softmax
from lab.array import Array


def losses(logits: Array, labels: NDArray[np.int64]) -> Array:
    """The mean loss over the examples, for logits (..., examples, classes) and labels (examples,): (...)."""
    shifted = logits - logits.max(-1, keepdims=True)
    normalizer = np.log(np.exp(shifted).sum(-1))
    right = shifted[..., np.arange(len(labels)), labels]
    return np.asarray((normalizer - right).mean(-1))


def gradient(logits: Array, labels: NDArray[np.int64]) -> Array:
    """The gradient of the mean loss with respect to the logits: (softmax - one-hot) / examples."""
    shares = softmax(logits)
    shares[..., np.arange(len(labels)), labels] -= 1
    return np.asarray(shares / len(labels))


def accuracies(logits: Array, labels: NDArray[np.int64]) -> Array:
    """The share of examples whose largest logit is that of the right class: (...). Logits that are NaN count as
    wrong."""
    right = (logits.argmax(-1) == labels) & np.isfinite(logits).all(-1)
    return np.asarray(right.mean(-1))
