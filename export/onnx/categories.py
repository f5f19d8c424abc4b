"""Categories: ONNX implementations of `gradus.spec.categories`. Inputs are texts, in the form of
`preprocessing.texts`."""

import numpy as np

from export.onnx.graph import ML, Graph
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal

NO_BUCKET = -1
"""The code of a missing value in a hashed column."""


def one_hot(graph: Graph, x: str, fitted: FittedOneHot) -> str:
    """The inputs from a column of texts (n, 1): bool (n, width)."""
    other = fitted.own if fitted.other else -1
    missing = fitted.width - 1 if fitted.missing else -1
    places = {fitted.missing_text: missing, **{text: place for place, text in enumerate(fitted.categories)}}
    place = graph.node(
        "LabelEncoder",
        x,
        domain=ML,
        keys_strings=list(places),
        values_int64s=list(places.values()),
        default_int64=other,
    )
    return _is_at(graph, place, fitted.width)


def ordinal(graph: Graph, x: str, fitted: FittedOrdinal) -> str:
    """The input from a column of texts (n, 1): float32 (n, 1)."""
    last = max(len(fitted.order) - 1, 1)
    places = {fitted.missing_text: -1.0, **{text: place / last for place, text in enumerate(fitted.order)}}
    return graph.node(
        "LabelEncoder",
        x,
        domain=ML,
        keys_strings=list(places),
        values_floats=list(places.values()),
        default_float=-1.0,
    )


def hashed(graph: Graph, x: str, fitted: FittedHash) -> str:
    """The inputs from a column of buckets, int64 (n, 1), in which -1 is missing: bool (n, buckets).

    ONNX has no SHA-256: the caller computes the bucket with `preprocessing.categories.bucket`.
    """
    return _is_at(graph, x, fitted.buckets)


def _is_at(graph: Graph, place: str, width: int) -> str:
    """Whether the position (n, 1) equals each of 0 … width - 1: bool (n, width)."""
    return graph.node("Equal", place, graph.constant(np.arange(width, dtype=np.int64)[None]))
