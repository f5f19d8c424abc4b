"""The data set of a run, and its split into training and validation examples."""

from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from gradus.datasets import DATASETS, DatasetFacts
from gradus.nearest import nearest
from gradus.spec.spec_model import SpecModel, shorthand


class Dataset(SpecModel):
    """A data set by name. The validation examples are chosen with a fixed seed of the data set, never with the
    run's."""

    name: str = Field(max_length=100, json_schema_extra={"examples": list(DATASETS), "enum": list(DATASETS)})
    """One of `GET /v1/datasets`."""
    limit: int | None = Field(default=None, ge=1, le=100_000_000)
    """Use only the first n training examples; null, or an n above their number, uses all."""
    validation_size: Annotated[int, Field(ge=1, le=100_000_000)] | Annotated[float, Field(gt=0, lt=1)] | None = None
    """Size of the validation split: a number of examples, or a fraction of the training examples; null for the data
    set's default."""
    standardize: bool = False
    """Standardize each input: subtract the mean and divide by the standard deviation of the training examples."""

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name in DATASETS:
            return name
        close = nearest(name, DATASETS)
        hint = f"did you mean '{close}'? " if close else ""
        raise PydanticCustomError(
            "unknown_dataset",
            "unknown data set '{name}': {hint}the data sets are {known}",
            {"name": name, "hint": hint, "known": ", ".join(DATASETS)},
        )

    @model_validator(mode="after")
    def _leaves_something_to_train(self) -> "Dataset":
        pool = self.facts.train_examples
        if self.validation_examples >= pool:
            raise PydanticCustomError(
                "validation_size_too_large",
                "validation_size takes {validation} of the {pool} training examples of '{name}' and leaves none",
                {
                    "place": "validation_size",
                    "validation": self.validation_examples,
                    "pool": pool,
                    "name": self.name,
                },
            )
        return self

    @property
    def facts(self) -> DatasetFacts:
        """Sizes, shapes and classes of the data set."""
        return DATASETS[self.name]

    @property
    def validation_examples(self) -> int:
        """Number of validation examples."""
        match self.validation_size:
            case None:
                return self.facts.default_validation
            case int(count):
                return count
            case fraction:
                return max(1, round(fraction * self.facts.train_examples))

    @property
    def train_examples(self) -> int:
        """Number of training examples in an epoch."""
        available = self.facts.train_examples - self.validation_examples
        return available if self.limit is None else min(self.limit, available)

    @property
    def test_examples(self) -> int:
        """Number of test examples."""
        return self.facts.test_examples

    def resolved(self) -> "Dataset":
        """The same data set with `validation_size` as a number of examples."""
        return self.model_copy(update={"validation_size": self.validation_examples})


def _by_name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


DatasetSetting = Annotated[Dataset, shorthand(_by_name, {"enum": list(DATASETS)})]
