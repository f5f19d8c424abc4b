"""Encoding of categories, as specified by `gradus.spec.categories`.

Values are compared as texts; those of columns of other types are spelled by `preprocessing.texts`. A category that no
training row has is treated as rare. One-hot: the shared input for other categories is 1 if there is one, otherwise all
inputs are 0. Ordinal: its position is -1. Hash: it is hashed like any other.
"""

import hashlib
from itertools import chain, count
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gradus.encoding import InputColumn
from gradus.facts import ColumnType
from gradus.spec.categories import Embedding, Hashed, OneHot, Ordinal
from preprocessing.column import Column
from preprocessing.fitted_model import FittedModel
from preprocessing.texts import as_text

Inputs = NDArray[np.float32]


MISSING_TEXT = ("", "<missing>")
"""Candidates for the text that stands for a missing value where there are only texts, as in the inputs of an ONNX
model. The first one that is not a value of the column is used."""


class FittedOneHot(FittedModel):
    """One input for each category, then one for all other categories and one for a missing value, if the column has
    these."""

    kind: Literal["one_hot"] = "one_hot"
    column: str
    type: ColumnType
    categories: tuple[str, ...]
    """The categories that have an input of their own: the most frequent in the training rows first, ties by code
    points."""
    own: int
    """Number of inputs reserved for single categories; those beyond the length of `categories` are always 0."""
    other: bool
    """Whether the other categories share an input."""
    missing: bool
    """Whether a missing value has an input."""
    rare: int
    """Number of categories in the training rows without an input of their own."""
    size: int | None = None
    """Length of the vector learned for each input, for an embedding."""
    missing_text: str = ""
    """The text that stands for a missing value."""

    @property
    def width(self) -> int:
        """Number of inputs."""
        return self.own + self.other + self.missing


class FittedOrdinal(FittedModel):
    """The position in the order, from 0 to 1; -1 for a category outside the order and for a missing value."""

    kind: Literal["ordinal"] = "ordinal"
    column: str
    type: ColumnType
    order: tuple[str, ...]
    missing_rows: int | None = None
    """Number of training rows without a value; null, in files of older versions, if not known."""
    missing_text: str = ""
    """The text that stands for a missing value."""

    @property
    def width(self) -> int:
        """Number of inputs."""
        return 1


class FittedHash(FittedModel):
    """1 at index h modulo `buckets`, where h is the SHA-256 of the text's UTF-8 as a big-endian number; all 0 if the
    value is missing."""

    kind: Literal["hash"] = "hash"
    column: str
    type: ColumnType
    buckets: int
    missing_rows: int | None = None
    """Number of training rows without a value; null, in files of older versions, if not known."""

    @property
    def width(self) -> int:
        """Number of inputs."""
        return self.buckets


FittedCategory = FittedOneHot | FittedOrdinal | FittedHash


def fit_category(
    column: InputColumn, encoding: OneHot | Ordinal | Hashed | Embedding, values: Column
) -> FittedCategory:
    """The encoding fitted to the values of the training rows."""
    name, type_ = column.facts.name, column.facts.type
    if isinstance(encoding, Hashed):
        missing = int(values.missing.sum())
        return FittedHash(column=name, type=type_, buckets=encoding.buckets, missing_rows=missing)
    texts = as_text(values, type_)
    missing_text = _missing_text(texts, encoding)
    counts = np.bincount(texts.values[~texts.missing], minlength=len(texts.categories))
    seen = np.flatnonzero(counts)
    if isinstance(encoding, Ordinal):
        return FittedOrdinal(
            column=name,
            type=type_,
            order=encoding.order or _ordered([texts.categories[i] for i in seen], type_),
            missing_rows=int(values.missing.sum()),
            missing_text=missing_text,
        )
    by_frequency = seen[np.argsort(-counts[seen], kind="stable")]
    return FittedOneHot(
        column=name,
        type=type_,
        categories=tuple(texts.categories[i] for i in by_frequency[: column.own_categories]),
        own=column.own_categories,
        other=column.has_other,
        missing=column.facts.missing > 0,
        rare=max(len(seen) - column.own_categories, 0),
        size=encoding.size if isinstance(encoding, Embedding) else None,
        missing_text=missing_text,
    )


def _missing_text(texts: Column, encoding: OneHot | Ordinal | Embedding) -> str:
    known = {*texts.categories, *(encoding.order if isinstance(encoding, Ordinal) else ())}
    free = chain(MISSING_TEXT, (f"<missing {n}>" for n in count(2)))
    return next(text for text in free if text not in known)


def _ordered(categories: list[str], type_: ColumnType) -> tuple[str, ...]:
    """Integers sorted as numbers; other categories stay sorted by code points."""
    return tuple(sorted(categories, key=int) if type_ == "integer" else categories)


def encode_category(fitted: FittedCategory, values: Column, out: Inputs) -> None:
    """Write the inputs of the rows, (n, width)."""
    texts = as_text(values, fitted.type)
    out[:] = 0
    if isinstance(fitted, FittedOrdinal):
        places = {category: place for place, category in enumerate(fitted.order)}
        last = max(len(fitted.order) - 1, 1)
        numbers = [places[text] / last if text in places else -1.0 for text in texts.categories]
        out[:, 0] = np.array([*numbers, -1.0])[texts.values]
        return
    inputs = _hashes(fitted, texts) if isinstance(fitted, FittedHash) else _places(fitted, texts)
    of_row = np.array(inputs, dtype=np.int64)[texts.values]
    rows = np.flatnonzero(of_row >= 0)
    out[rows, of_row[rows]] = 1


def _places(fitted: FittedOneHot, texts: Column) -> list[int]:
    """For each category, and last for a missing value, the index of the input that is 1; -1 if no input is 1."""
    places = {category: place for place, category in enumerate(fitted.categories)}
    other = fitted.own if fitted.other else -1
    return [*(places.get(text, other) for text in texts.categories), fitted.width - 1 if fitted.missing else -1]


def _hashes(fitted: FittedHash, texts: Column) -> list[int]:
    return [*(bucket(text, fitted.buckets) for text in texts.categories), -1]


def bucket(text: str, buckets: int) -> int:
    """The SHA-256 of a text's UTF-8, a big-endian number, modulo the number of buckets."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()) % buckets
