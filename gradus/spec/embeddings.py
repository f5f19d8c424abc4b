"""Embeddings: numbers and categories of a table as learned vectors, the first stage of a network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import Annotated, ClassVar, Literal, Protocol

from pydantic import Field

from gradus.spec.activation import Activation
from gradus.spec.initializer import Normal, Uniform
from gradus.spec.scale import RateFactor
from gradus.spec.spec_model import SpecModel, named, tagged
from gradus.spec.tensor_plan import TensorPlan


class NoEmbeddings(SpecModel, title="No embeddings"):
    """x, as it is."""

    kind: Literal["none"] = "none"


class Periodic(SpecModel, title="Periodic embeddings"):
    """x and `size` - 1 learned functions of it: V cos(2π w x + b) + c, for each number with its own w, b, V and c.

    With f frequencies, w ~ N(0, sigma²), b ~ U(-π, π), and V and c ~ U(-1/sqrt(f), 1/sqrt(f)). Weight decay and
    penalties leave them alone. Source: Gorishniy et al., On embeddings for numerical features in tabular deep learning,
    2022; in this form, `pbld`, and with these defaults Holzmüller et al., Better by default: strong pre-tuned MLPs and
    boosted trees on tabular data, 2024 (RealMLP).
    """

    kind: Literal["periodic"] = "periodic"
    frequencies: int = Field(default=16, ge=1, le=256)
    """Number of cosines for each number."""
    size: int = Field(default=4, ge=2, le=256)
    """Numbers in each vector, x included."""
    sigma: float = Field(default=0.1, gt=0, le=1000)
    """Standard deviation of the initial frequencies w."""
    lr_factor: RateFactor = 0.1
    """Factor of the learning rate for w, b, V and c."""


AnyNumberEmbeddings = NoEmbeddings | Periodic

NumberEmbeddings = Annotated[Annotated[AnyNumberEmbeddings, tagged()], named("none", "periodic")]


class Encoded(Protocol):
    """Consecutive inputs that encode one column."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def size(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class CategoryPlan:
    """One-hot inputs that select one of `width` learned vectors; if all inputs are 0, the output is zeros."""

    start: int
    """Position of the first input."""
    width: int
    size: int


@dataclass(frozen=True)
class EmbeddingsPlan:
    """The first stage: inputs that stay as they are, then learned functions of numbers, then vectors of categories."""

    kind: ClassVar[str] = "embeddings"
    held: ClassVar[int] = 0
    passing: ClassVar[int] = 0
    name: ClassVar[str] = "embeddings"
    activation: ClassVar[Activation] = "identity"
    dropout: ClassVar[float] = 0.0
    inputs: ClassVar[tuple[str, ...]] = ("input",)
    running: ClassVar[tuple[TensorPlan, ...]] = ()

    fan_in: int
    kept: tuple[int, ...]
    """Positions of the inputs that stay: all but those of categories."""
    numbers: tuple[int, ...]
    """Positions of the inputs that have periodic embeddings."""
    periodic: Periodic
    categories: tuple[CategoryPlan, ...]

    @property
    def in_shape(self) -> tuple[int, ...]:
        """Shape of one example's input."""
        return (self.fan_in,)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example's output."""
        return (self.units,)

    @property
    def units(self) -> int:
        """Number of outputs."""
        return len(self.kept) + self._learned + sum(block.size for block in self.categories)

    @property
    def _learned(self) -> int:
        return len(self.numbers) * (self.periodic.size - 1)

    @property
    def tensors(self) -> tuple[TensorPlan, ...]:
        """The vectors of categories (width, size), then w, b, V and c of the numbers."""
        vectors = tuple(
            TensorPlan(f"category_{i}", (block.width, block.size), Uniform(bound=1 / sqrt(block.size)))
            for i, block in enumerate(self.categories)
        )
        return vectors + (self._functions() if self.numbers else ())

    def _functions(self) -> tuple[TensorPlan, ...]:
        n, f, learned, factor = (
            len(self.numbers),
            self.periodic.frequencies,
            self.periodic.size - 1,
            self.periodic.lr_factor,
        )
        bound = Uniform(bound=1 / sqrt(f))
        return (
            TensorPlan("frequency", (n, f), Normal(std=self.periodic.sigma), factor),
            TensorPlan("phase", (n, f), Uniform(bound=pi), factor),
            TensorPlan("function", (n * f, learned), bound, factor),
            TensorPlan("offset", (n, learned), bound, factor),
        )

    @property
    def parameters(self) -> int:
        """Number of learned parameters."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def multiply_adds(self) -> int:
        """Multiply-add operations in the matrix products for one example."""
        vectors = sum(block.width * block.size for block in self.categories)
        return vectors + self._learned * self.periodic.frequencies

    @property
    def masked(self) -> int:
        """Number of units, none of which is dropped by dropout."""
        return self.units

    @property
    def values(self) -> int:
        """Numbers that it keeps for one example in a training step: outputs, angles, cosines and their gradient, copies
        of the embedded inputs, and all their gradients."""
        categories = sum(block.width + 2 * block.size for block in self.categories)
        return 2 * (self.units + 3 * self.widest + 2 * self._learned + categories)

    @property
    def widest(self) -> int:
        """Numbers of its widest value for one example in an evaluation."""
        return max(self.units, len(self.numbers) * self.periodic.frequencies)

    def alike(self) -> "EmbeddingsPlan":
        """The plan without the parts that may differ between the members of an array."""
        shape = Periodic(frequencies=self.periodic.frequencies, size=self.periodic.size)
        return replace(self, periodic=shape)


def embeddings_plan(inputs: int, blocks: Sequence[Encoded], numbers: AnyNumberEmbeddings) -> EmbeddingsPlan | None:
    """The first stage of a network with these inputs; None if none is embedded. Without blocks, all inputs are
    numbers."""
    categories = tuple(CategoryPlan(b.start, b.width, b.size) for b in blocks if b.kind == "embedding" and b.size)
    embedded = {i for block in categories for i in range(block.start, block.start + block.width)}
    positions = [i for b in blocks if b.kind == "number" for i in range(b.start, b.start + b.width)]
    functions = tuple(positions if blocks else range(inputs)) if isinstance(numbers, Periodic) else ()
    if not categories and not functions:
        return None
    kept = tuple(i for i in range(inputs) if i not in embedded)
    periodic = numbers if isinstance(numbers, Periodic) else Periodic()
    return EmbeddingsPlan(inputs, kept, functions, periodic, categories)
