"""From logits to probabilities, in numpy. Each function computes in the type of its argument."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=np.floating[Any])


def softmax(logits: NDArray[F]) -> NDArray[F]:
    """exp(z) / Σ exp(z) over the last axis."""
    powers: NDArray[F] = logits - logits.max(axis=-1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def log_softmax(logits: NDArray[F]) -> NDArray[F]:
    """ln softmax over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: NDArray[F] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def sigmoid(logits: NDArray[F]) -> NDArray[F]:
    """1 / (1 + exp(-z))."""
    powers = np.exp(-np.abs(logits))
    shares: NDArray[F] = np.where(logits >= 0, 1, powers) / (1 + powers)
    return shares


def log_sigmoid(logits: NDArray[F]) -> NDArray[F]:
    """ln sigmoid."""
    return -softplus(-logits)


def softplus(z: NDArray[F]) -> NDArray[F]:
    """ln(1 + exp(z))."""
    value: NDArray[F] = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return value
