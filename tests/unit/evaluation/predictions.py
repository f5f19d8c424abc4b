"""Random predictions whose truth is known."""

import numpy as np

from evaluation.examples import Examples, Floats
from evaluation.sections import Asked


def classes(n: int, k: int, seed: int = 0, *, weighted: bool = False, ties: bool = False) -> Examples:
    """Logits that contain some information about the class. With `ties` they are rounded, so that some scores are
    equal."""
    random = np.random.default_rng(seed)
    targets = random.integers(0, k, n)
    logits = random.normal(size=(n, k)) + 1.2 * np.eye(k)[targets]
    if ties:
        logits = np.round(logits)
    return Examples(logits, targets, np.arange(n), random.uniform(0.2, 3, n) if weighted else None)


def labels(n: int, k: int, seed: int = 0) -> Examples:
    random = np.random.default_rng(seed)
    targets = (random.uniform(size=(n, k)) < 0.4).astype(np.float64)
    return Examples(random.normal(size=(n, k)) + 1.5 * targets - 0.7, targets, np.arange(n))


def numbers(n: int, k: int = 1, seed: int = 0, *, weighted: bool = False) -> Examples:
    random = np.random.default_rng(seed)
    targets = random.normal(size=(n, k)) * 3 + 100
    weights = random.uniform(0.2, 3, n) if weighted else None
    return Examples(targets + random.normal(size=(n, k)), targets, np.arange(n), weights)


def asked(examples: Examples, validation: Examples | None = None, constant: Floats | None = None) -> Asked:
    units = examples.outputs.shape[1]
    return Asked(
        examples=examples,
        validation=validation,
        is_validation=False,
        names=[f"c{i}" for i in range(units)],
        constant=np.zeros(units) if constant is None else constant,
        medians=np.zeros(units),
    )
