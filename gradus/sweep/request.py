"""What a sweep is asked to be: one base, what changes, with which seeds, judged by what."""

from typing import Annotated, Any, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradus.spec.experiment import Name, Spec
from gradus.spec.seed import Seed
from gradus.spec.spec_model import SpecModel, shorthand
from gradus.sweep.objective import Metric, Objective, default_objective
from gradus.sweep.space import MAX_VALUES, Space

MAX_MEMBERS = 1000
MAX_PATHS = 50
BASE = "base"
"""The label of the base among the variants."""

Path = Annotated[str, Field(min_length=1, max_length=200)]
"""Keys and places in lists, joined by dots: `optimizer.lr`, `layers.0.units`."""
Label = Annotated[str, Field(min_length=1, max_length=200)]
Values = Annotated[tuple[Any, ...], Field(strict=False, min_length=1, max_length=MAX_VALUES)]
Grid = Annotated[dict[Path, Values], Field(min_length=1, max_length=MAX_PATHS)]
Variants = Annotated[dict[Label, dict[str, Any]], Field(min_length=1, max_length=MAX_MEMBERS)]
Seeds = Annotated[tuple[Seed, ...], Field(strict=False, min_length=1, max_length=MAX_MEMBERS)]


def _metric(value: Any) -> Any:
    return {"metric": value} if isinstance(value, str) else value


ObjectiveSetting = Annotated[Objective, shorthand(_metric, {"enum": list(get_args(Metric))})]
"""What is compared; a bare metric stands for the one with its natural goal."""


class RandomSearch(SpecModel):
    """Draws from a space. All are different, and the first n are the same whatever n is."""

    n: int = Field(ge=1, le=MAX_MEMBERS)
    """How many."""
    space: dict[Path, Space] = Field(min_length=1, max_length=MAX_PATHS)
    """For each path that changes, where its values come from."""
    seed: Seed = 0
    """Of the draws; the runs have their own."""


class SweepRequest(SpecModel):
    """Many experiments from one base: exactly one of `grid`, `random` and `variants` says what changes."""

    name: Name = ""
    """For people."""
    base: Spec
    """What every experiment has where nothing is said to change."""
    grid: Grid | None = None
    """Every combination of these values: `{"optimizer.lr": [0.1, 0.01], "init": ["xavier", "he"]}`."""
    random: RandomSearch | None = None
    """Combinations drawn at random."""
    variants: Variants | None = None
    """The base, and the base with each of these changes (RFC 7396 merge patches): one technique at a time."""
    seeds: Seeds | None = None
    """Each combination is trained once with each of these; null for the base's alone."""
    objective: ObjectiveSetting | None = None
    """How results are compared; null for validation accuracy, or validation loss for regression."""

    @model_validator(mode="after")
    def _one_way_to_change(self) -> "SweepRequest":
        if sum(way is not None for way in (self.grid, self.random, self.variants)) != 1:
            raise PydanticCustomError("one_way", "must have exactly one of 'grid', 'random' and 'variants'")
        return self

    @model_validator(mode="after")
    def _each_seed_once(self) -> "SweepRequest":
        if self.seeds and len(set(self.seeds)) < len(self.seeds):
            raise PydanticCustomError("seeds_twice", "'seeds' names a seed twice, which would give the same run twice")
        return self

    def resolved(self) -> "SweepRequest":
        """The same with seeds and objective written out."""
        objective = self.objective or default_objective(self.base.dataset.facts.task)
        return self.model_copy(update={"seeds": self.seeds or (self.base.seed,), "objective": objective.resolved()})


class MoreDraws(SpecModel):
    """How many draws a random search is to have in the end."""

    n: int = Field(ge=1, le=MAX_MEMBERS)


class SweepExtension(SpecModel):
    """What a sweep gets in addition. What it has already changes nothing: asking twice is harmless."""

    seeds: Seeds | None = None
    """More seeds, for everything in the sweep."""
    grid: Grid | None = None
    """More values for paths of its grid."""
    random: MoreDraws | None = None
    """More draws from its space."""
    variants: Variants | None = None
    """More variants."""
