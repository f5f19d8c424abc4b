"""The data set of a run: its name, its target, and how it is encoded and split.

This module validates only the syntax. `gradus.resolved`, which knows the data set's facts, checks whether the settings
fit the data set.
"""

from collections.abc import Callable
from typing import Annotated, Any, Self

from pydantic import Field, GetJsonSchemaHandler, model_serializer
from pydantic_core import CoreSchema

from gradus.spec.augment import Augment
from gradus.spec.calendar import Dates
from gradus.spec.categories import Categories
from gradus.spec.class_weights import ClassWeights
from gradus.spec.column import Column
from gradus.spec.loss import Task
from gradus.spec.missing import Missing
from gradus.spec.numbers import Numbers
from gradus.spec.spec_model import SpecModel, shorthand
from gradus.spec.split import Split
from gradus.spec.target import ColumnName, Target

MAX_COLUMNS = 20_000

TABLE_WORDS = (
    "version",
    "digest",
    "target",
    "task",
    "columns",
    "numbers",
    "categories",
    "dates",
    "missing",
    "split",
    "class_weights",
)
"""The fields that only uploaded data sets have."""
BUILT_IN_WORDS = ("validation_size", "standardize")
"""The fields that only built-in data sets have."""
OFTEN_LEFT_OUT = frozenset({*TABLE_WORDS, *BUILT_IN_WORDS, "augment"})
"""The fields that a serialized data set may omit."""


class Dataset(SpecModel):
    """A data set by name. Uploaded data sets have columns, encodings and a split to choose; built-in ones have
    `validation_size` and `standardize`."""

    name: str = Field(min_length=1, max_length=100, json_schema_extra={"examples": ["mnist"]})
    """Name of a data set from `GET /v1/datasets`."""
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    """Version of an uploaded data set; null for the newest that is ready."""
    digest: str | None = Field(default=None, max_length=71, pattern="^sha256:[0-9a-f]{64}$")
    """Digest of the version's content; null accepts any content. If the digest differs, the spec is refused."""
    target: Target | None = None
    """The target: a column, several columns, or a column of tags; null for the data set's own."""
    task: Task | None = None
    """What the network learns; null derives it from the target: a text, a boolean or an integer with at most 20
    distinct values is a class."""
    columns: dict[ColumnName, Column] | None = Field(default=None, max_length=MAX_COLUMNS)
    """Roles and encodings of single columns, by name; null for the data set's own roles."""
    numbers: Numbers | None = None
    """Encoding of every number column that does not set its own; null for `min_max`."""
    categories: Categories | None = None
    """Encoding of every text column that does not set its own; null for `one_hot`."""
    dates: Dates | None = None
    """Encoding of every date or time column that does not set its own; null for `calendar`."""
    missing: Missing | None = None
    """How a missing number is replaced; null for the median. A missing text is a category of its own."""
    split: Split | None = None
    """How rows are divided into training, validation and test; null for `auto`: as the roles of columns or the files
    say, else at random, with the classes in proportion."""
    class_weights: ClassWeights | None = None
    """Weights of the classes in the training loss: `none`, `balanced`, or a map; null for none."""
    augment: Augment = ()
    """Random changes of the training images, each kind at most once: `["flip", {"kind": "rotate", "degrees": 15}]`;
    one alone needs no list; empty for none. Only for data sets of images."""
    limit: int | None = Field(default=None, ge=1, le=100_000_000)
    """Use only the first n training examples; null, or an n above their number, uses all."""
    validation_size: Annotated[int, Field(ge=1, le=100_000_000)] | Annotated[float, Field(gt=0, lt=1)] | None = None
    """Size of a built-in data set's validation split, which is chosen with a fixed seed of the data set: a number of
    examples, or a fraction of the training examples; null for the data set's default."""
    standardize: bool = False
    """Standardize each input of a built-in data set: subtract the mean and divide by the standard deviation of the
    training examples."""

    def without_augmentation(self) -> Self:
        """The data set as it is before any augmentation: equal for runs that can share their data."""
        return self.model_copy(update={"augment": ()}) if self.augment else self

    def __hash__(self) -> int:
        return hash((self.name, self.version, self.digest, self.limit, self.validation_size))

    @model_serializer(mode="wrap")
    def _without_words_of_others(self, serialize: Callable[["Dataset"], dict[str, Any]]) -> dict[str, Any]:
        """Omit the fields of tables and the augmentation if they are not set, and, with a version, the fields of
        built-in data sets."""
        document = serialize(self)
        left_out = {word for word in TABLE_WORDS if getattr(self, word) is None}
        if not self.augment:
            left_out.add("augment")  # so that specs without it keep their documents and fingerprints
        if self.version is not None:
            left_out |= {word for word in BUILT_IN_WORDS if not getattr(self, word)}
        return {key: value for key, value in document.items() if key not in left_out}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = super().__get_pydantic_json_schema__(_without_serialization(core_schema), handler)
        fields = handler.resolve_ref_schema(schema)
        if handler.mode == "serialization":
            fields["required"] = [key for key in fields["required"] if key not in OFTEN_LEFT_OUT]
        return schema


def _without_serialization(schema: Any) -> Any:
    """The core schema of the fields: the serializer's schema does not describe them."""
    plain = {key: value for key, value in schema.items() if key != "serialization"}
    return (
        {**plain, "schema": _without_serialization(plain["schema"])} if isinstance(plain.get("schema"), dict) else plain
    )


def _by_name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


DatasetSetting = Annotated[Dataset, shorthand(_by_name, {"type": "string", "minLength": 1, "maxLength": 100})]
