"""The split of the rows into training, validation and test.

The draws come from the data set's digest and the split's own `seed`, never from the run's seed. A size is a number of
rows or a fraction; the training part is what remains.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from gradus.spec.seed import Seed
from gradus.spec.spec_model import SpecModel, needs_kind, shorthand
from gradus.spec.target import ColumnName

PartSize = Annotated[int, Field(ge=0, le=100_000_000)] | Annotated[float, Field(ge=0, lt=1)]


class AutoSplit(SpecModel, title="Automatic"):
    """By the column with the role `split`, else the files' own parts, else the column with the role `group` or `time`,
    else `stratified` for classes, else `random`.

    An object without a kind is this one: `{"seed": 1}` draws other parts of the same sizes. Fields that the resulting
    kind lacks are refused.
    """

    kind: Literal["auto"] = "auto"
    validation: PartSize = 0.1
    """Size of the validation part: a number of rows or a fraction."""
    test: PartSize = 0.2
    """Size of the test part: a number of rows or a fraction."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class RandomSplit(SpecModel, title="Random", json_schema_extra=needs_kind):
    """Every row has the same chance."""

    kind: Literal["random"] = "random"
    validation: PartSize = 0.1
    """Size of the validation part: a number of rows or a fraction."""
    test: PartSize = 0.2
    """Size of the test part: a number of rows or a fraction."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class StratifiedSplit(SpecModel, title="Stratified", json_schema_extra=needs_kind):
    """Each part has the classes in the same proportions. A class with one row goes to training."""

    kind: Literal["stratified"] = "stratified"
    validation: PartSize = 0.1
    """Size of the validation part: a number of rows or a fraction."""
    test: PartSize = 0.2
    """Size of the test part: a number of rows or a fraction."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class GroupedSplit(SpecModel, title="Grouped", json_schema_extra=needs_kind):
    """Rows with equal values in `column`, such as the visits of one patient, stay together."""

    kind: Literal["grouped"] = "grouped"
    column: ColumnName
    """The column with the group."""
    validation: PartSize = 0.1
    """Size of the validation part: a number of rows or a fraction."""
    test: PartSize = 0.2
    """Size of the test part: a number of rows or a fraction."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class TimeSplit(SpecModel, title="Time", json_schema_extra=needs_kind):
    """The past predicts the future: training first, then validation, then test. Equal times stay together."""

    kind: Literal["time"] = "time"
    column: ColumnName
    """The column with the time."""
    validation: PartSize = 0.1
    """Size of the validation part: a number of rows or a fraction."""
    test: PartSize = 0.2
    """Size of the test part: a number of rows or a fraction."""
    validation_from: Annotated[str, Field(max_length=40)] | None = None
    """First date or time of the validation part, in ISO 8601; with `test_from` it takes the place of the sizes."""
    test_from: Annotated[str, Field(max_length=40)] | None = None
    """First date or time of the test part."""


class ColumnSplit(SpecModel, title="Column", json_schema_extra=needs_kind):
    """A column says `train`, `validation` or `test` for each row."""

    kind: Literal["column"] = "column"
    column: ColumnName
    """The column with each row's part."""
    validation: PartSize = 0.1
    """Size of the validation part, which is taken from the training rows if no row says `validation`."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class HashSplit(SpecModel, title="Hash", json_schema_extra=needs_kind):
    """The hash of a row's values in `columns` determines its part, so that rows keep their parts when rows are
    added."""

    kind: Literal["hash"] = "hash"
    columns: tuple[ColumnName, ...] = Field(strict=False, min_length=1, max_length=100)
    """The columns whose values are hashed."""
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Size of the validation part as a fraction."""
    test: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Size of the test part as a fraction."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class FilesSplit(SpecModel, title="Files", json_schema_extra=needs_kind):
    """The files were uploaded as `train`, `validation` and `test`."""

    kind: Literal["files"] = "files"
    validation: PartSize = 0.1
    """Size of the validation part, which is taken from the training rows (stratified if there are classes) if no file
    is `validation`."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


AnySplit = RandomSplit | StratifiedSplit | GroupedSplit | TimeSplit | ColumnSplit | HashSplit | FilesSplit
"""A split of a resolved spec."""

_NAMES = ("auto", "random", "stratified", "files")


def _written_out(value: Any) -> Any:
    if isinstance(value, str):
        return {"kind": value}
    return {"kind": "auto", **value} if isinstance(value, Mapping) and "kind" not in value else value


Split = Annotated[
    Annotated[AutoSplit | AnySplit, Field(discriminator="kind")],
    shorthand(_written_out, {"enum": list(_NAMES)}, kind_is_optional=True),
]
"""The name of a kind stands for it with its defaults, an object without a kind for `auto`."""
