"""Encodings of categories. The categories are those of the training rows."""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.spec_model import SpecModel, named, tagged

MAX_CATEGORIES = 1000


class OneHot(SpecModel):
    """One input per category: 1 for the row's own, 0 for the others.

    The `most` frequent categories have an input of their own; with `rare: "other"` the remaining ones share one, with
    `rare: "zeros"` they have none. A category that no training row has counts as rare. A missing value has an input of
    its own if any row of the data set misses it.
    """

    kind: Literal["one_hot"] = "one_hot"
    most: int = Field(default=50, ge=1, le=MAX_CATEGORIES)
    """Largest number of categories with an input of their own, the most frequent first."""
    rare: Literal["other", "zeros"] = "other"
    """What the other categories get."""


class Ordinal(SpecModel):
    """One input: the category's place in `order`, scaled to [0, 1]; -1 if the place is not known or the value is
    missing."""

    kind: Literal["ordinal"] = "ordinal"
    order: tuple[Annotated[str, Field(max_length=1000)], ...] = Field(
        default=(), strict=False, max_length=MAX_CATEGORIES
    )
    """The categories in ascending order; empty for that of the numbers if they are integers, else of code
    points."""


class Hashed(SpecModel, title="Hash"):
    """`buckets` inputs: 1 at the SHA-256 of the text modulo `buckets`. Needs no list of categories; categories that
    share a bucket cannot be told apart. A missing value is all zeros."""

    kind: Literal["hash"] = "hash"
    buckets: int = Field(default=32, ge=2, le=MAX_CATEGORIES)
    """Number of inputs."""


class Embedding(SpecModel):
    """A learned vector for each category, of `size` numbers; rare, unseen and missing as in `one_hot`."""

    kind: Literal["embedding"] = "embedding"
    size: int = Field(default=8, ge=1, le=256)
    """Numbers in each vector."""
    most: int = Field(default=1000, ge=1, le=MAX_CATEGORIES)
    """Largest number of categories with a vector of their own."""


CategoryEncoding = OneHot | Ordinal | Hashed | Embedding

Categories = Annotated[
    Annotated[CategoryEncoding, tagged()],
    named("one_hot", "ordinal", "hash", "embedding"),
]
