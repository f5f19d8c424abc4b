"""Wider layers for patches: a merge patch replaces a list as a whole."""

from typing import Any

from gradus.fork import unresolved
from gradus.spec.experiment import Spec
from gradus.spec.layer import Dense

MOST = 4096
"""No layer is made wider than this."""


def widened(spec: Spec, factor: int) -> list[Any] | None:
    """The layers of the spec, as JSON, with `factor` times the units in each dense one; None if none can be widened."""
    layers = unresolved(spec)["layers"]
    changed = False
    for layer, document in zip(spec.layers, layers, strict=True):
        if isinstance(layer, Dense) and layer.units * factor <= MOST:
            document["units"], changed = layer.units * factor, True
    return layers if changed else None
