"""The request for a sweep: a base experiment, its changes, seeds and the objective."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gradus.spec.experiment import Name, Spec
from gradus.spec.loss import Task
from gradus.spec.seed import Seed
from gradus.spec.spec_model import SpecModel, shorthand
from gradus.sweep.objective import Metric, Objective, default_objective
from gradus.sweep.space import MAX_VALUES, Space

MAX_MEMBERS = 1000
MAX_PATHS = 50
MAX_VARIANT_LABEL = 200
BASE = "base"
"""The label of the unchanged base among variants."""

Path = Annotated[str, Field(min_length=1, max_length=200)]
"""Keys and list indices, joined by dots: `optimizer.lr`, `layers.0.units`."""
Label = Annotated[str, Field(min_length=1, max_length=MAX_VARIANT_LABEL)]
Values = Annotated[tuple[Any, ...], Field(strict=False, min_length=1, max_length=MAX_VALUES)]
Grid = Annotated[dict[Path, Values], Field(min_length=1, max_length=MAX_PATHS)]
NamedVariants = Annotated[dict[Label, dict[str, Any]], Field(min_length=1, max_length=MAX_MEMBERS)]
Variants = Literal["columns"] | NamedVariants
"""Merge patches by label, or `columns`: for each input column of the base, a variant that leaves it out."""
Seeds = Annotated[tuple[Seed, ...], Field(strict=False, min_length=1, max_length=MAX_MEMBERS)]


def _metric(value: Any) -> Any:
    return {"metric": value} if isinstance(value, str) else value


ObjectiveSetting = Annotated[Objective, shorthand(_metric, {"enum": list(get_args(Metric))})]
"""The objective; a metric alone is short for the metric with its default goal."""


class RandomSearch(SpecModel):
    """Random draws from a space. All are distinct; a larger n only adds draws."""

    n: int = Field(ge=1, le=MAX_MEMBERS)
    """Number of draws."""
    space: dict[Path, Space] = Field(min_length=1, max_length=MAX_PATHS)
    """For each path, the distribution of its values."""
    seed: Seed = 0
    """Seed of the draws, independent of the runs' seeds."""


class SweepRequest(SpecModel):
    """Experiments that vary one base experiment, by exactly one of `grid`, `random` and `variants`."""

    name: Name = ""
    """Display name."""
    base: Spec
    """The spec that the changes are applied to."""
    grid: Grid | None = None
    """Every combination of these values: `{"optimizer.lr": [0.1, 0.01], "init": ["xavier", "he"]}`."""
    random: RandomSearch | None = None
    """Random combinations of values."""
    variants: Variants | None = None
    """The base, and the base with each of these changes (RFC 7396 merge patches) by label: one technique at a time.
    `"columns"` names the changes itself: each leaves out one of the input columns of an uploaded data set."""
    seeds: Seeds | None = None
    """Every combination is trained with each of these seeds; null for the base's seed alone."""
    objective: ObjectiveSetting | None = None
    """The metric by which results are compared; null for validation accuracy, or validation loss for regression."""

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

    def resolved(self, task: Task) -> "SweepRequest":
        """The request with seeds and objective written out, for experiments of this task."""
        objective = self.objective or default_objective(task)
        return self.model_copy(update={"seeds": self.all_seeds, "objective": objective.resolved()})

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seeds of every combination."""
        return self.seeds or (self.base.seed,)


class MoreDraws(SpecModel):
    """The new total number of draws of a random search."""

    n: int = Field(ge=1, le=MAX_MEMBERS)


class SweepExtension(SpecModel):
    """Additions to a sweep. Whatever the sweep already has is ignored, so the request can be repeated safely."""

    seeds: Seeds | None = None
    """Additional seeds, for all changes."""
    grid: Grid | None = None
    """Additional values for paths of the grid."""
    random: MoreDraws | None = None
    """Additional draws from the space."""
    variants: Variants | None = None
    """Additional variants; `"columns"` for those that leave out one input column each."""


def patches(request: SweepRequest | SweepExtension) -> Mapping[str, dict[str, Any]] | None:
    """The variants by label, once `"columns"` is written out; None if the request has no variants."""
    assert not isinstance(request.variants, str), "the columns are not written out"
    return request.variants
