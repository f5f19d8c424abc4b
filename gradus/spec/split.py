"""The split of the rows into training, validation and test.

The draws come from the data set's digest and the split's own `seed`, never from the run's seed. A size is a number of
rows or a fraction; the training part is what remains.
"""

from typing import Annotated, Literal

from pydantic import Field

from gradus.spec.seed import Seed
from gradus.spec.spec_model import SpecModel, named, tagged
from gradus.spec.target import ColumnName

PartSize = Annotated[int, Field(ge=0, le=100_000_000)] | Annotated[float, Field(ge=0, lt=1)]


class RandomSplit(SpecModel, title="Random"):
    """Every row has the same chance."""

    kind: Literal["random"] = "random"
    validation: PartSize = 0.1
    """Size of the validation part: a number of rows or a fraction."""
    test: PartSize = 0.2
    """Size of the test part: a number of rows or a fraction."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class StratifiedSplit(SpecModel, title="Stratified"):
    """Each part has the classes in the same proportions. A class with one row goes to training."""

    kind: Literal["stratified"] = "stratified"
    validation: PartSize = 0.1
    """Size of the validation part: a number of rows or a fraction."""
    test: PartSize = 0.2
    """Size of the test part: a number of rows or a fraction."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class GroupedSplit(SpecModel, title="Grouped"):
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


class TimeSplit(SpecModel, title="Time"):
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


class ColumnSplit(SpecModel, title="Column"):
    """A column says `train`, `validation` or `test` for each row."""

    kind: Literal["column"] = "column"
    column: ColumnName
    """The column with each row's part."""
    validation: PartSize = 0.1
    """Size of the validation part, which is taken from the training rows if no row says `validation`."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


class HashSplit(SpecModel, title="Hash"):
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


class FilesSplit(SpecModel, title="Files"):
    """The files were uploaded as `train`, `validation` and `test`."""

    kind: Literal["files"] = "files"
    validation: PartSize = 0.1
    """Size of the validation part, which is taken from the training rows (stratified if there are classes) if no file
    is `validation`."""
    seed: Seed = 0
    """Seed of the split, independent of the run's."""


AnySplit = RandomSplit | StratifiedSplit | GroupedSplit | TimeSplit | ColumnSplit | HashSplit | FilesSplit

Split = Annotated[
    Annotated[AnySplit, tagged()],
    named("random", "stratified", "files"),
]
