"""Which data set a run learns from, and how it is cut."""

from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from gradus.datasets import DATASETS, DatasetFacts
from gradus.nearest import nearest
from gradus.spec.spec_model import SpecModel, shorthand


class Dataset(SpecModel):
    """A data set by name. Validation examples are drawn by the data set's own fixed seed, never by the run's."""

    name: str = Field(max_length=100, json_schema_extra={"examples": list(DATASETS), "enum": list(DATASETS)})
    """One of `GET /v1/datasets`."""
    limit: int | None = Field(default=None, ge=1, le=100_000_000)
    """Use only the first n training examples; all if null, or if there are no more than n."""
    validation_size: Annotated[int, Field(ge=1, le=100_000_000)] | Annotated[float, Field(gt=0, lt=1)] | None = None
    """Examples, or the fraction of the training examples, kept for validation; null for the data set's default."""
    standardize: bool = False
    """Subtract the training examples' mean and divide by their deviation, input by input."""

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name in DATASETS:
            return name
        close = nearest(name, DATASETS)
        hint = f"did you mean '{close}'? " if close else ""
        raise PydanticCustomError(
            "unknown_dataset",
            "unknown data set '{name}': {hint}known are {known}",
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
        """What is known of the data set."""
        return DATASETS[self.name]

    @property
    def validation_examples(self) -> int:
        """Examples kept for validation."""
        match self.validation_size:
            case None:
                return self.facts.default_validation
            case int(count):
                return count
            case fraction:
                return max(1, round(fraction * self.facts.train_examples))

    @property
    def train_examples(self) -> int:
        """Examples that an epoch trains on."""
        available = self.facts.train_examples - self.validation_examples
        return available if self.limit is None else min(self.limit, available)

    @property
    def test_examples(self) -> int:
        """Examples that the run is tested on."""
        return self.facts.test_examples

    def resolved(self) -> "Dataset":
        """The same with `validation_size` written as a count."""
        return self.model_copy(update={"validation_size": self.validation_examples})


def _by_name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


DatasetSetting = Annotated[Dataset, shorthand(_by_name, {"enum": list(DATASETS)})]
