"""Layers that are too narrow, and wider ones for patches: a merge patch replaces a list as a whole."""

from math import log2
from typing import Any

from gradus.fork import unresolved
from gradus.spec.experiment import Spec
from gradus.spec.layer import Dense

MOST = 4096
"""No layer is made wider than this."""


def is_too_narrow(units: int, classes: int) -> bool:
    """Whether a layer has at most log2(classes) units: then the patterns of active units are too few to tell the
    classes apart."""
    return units <= log2(max(2, classes))


def with_least(spec: Spec, units: int) -> list[Any] | None:
    """The layers of the spec, as JSON, with at least this number of units in each dense one; None if all have them."""
    layers = unresolved(spec)["layers"]
    changed = False
    for layer, document in zip(spec.layers, layers, strict=True):
        if isinstance(layer, Dense) and layer.units < units:
            document["units"], changed = units, True
    return layers if changed else None


def widened(spec: Spec, factor: int) -> list[Any] | None:
    """The layers of the spec, as JSON, with `factor` times the units in each dense one; None if none can be widened."""
    layers = unresolved(spec)["layers"]
    changed = False
    for layer, document in zip(spec.layers, layers, strict=True):
        if isinstance(layer, Dense) and layer.units * factor <= MOST:
            document["units"], changed = layer.units * factor, True
    return layers if changed else None
