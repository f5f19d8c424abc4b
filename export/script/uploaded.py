"""The code that loads an uploaded data set."""

from collections.abc import Iterator
from shlex import quote
from typing import assert_never

from gradus.dataset_plan import DatasetPlan
from gradus.spec.categories import Ordinal
from gradus.spec.column import ColumnSetting
from gradus.spec.dataset import Dataset
from gradus.spec.missing import ConstantValue, Mean, Median, Refuse
from gradus.spec.split import (
    AutoSplit,
    ColumnSplit,
    FilesSplit,
    GroupedSplit,
    HashSplit,
    RandomSplit,
    StratifiedSplit,
    TimeSplit,
)
from gradus.spec.target import Tags
from preprocessing.calendar import FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.encode import Fitted, FittedColumn, FittedNumber, FittedStandardized
from preprocessing.numbers import FittedScaling
from preprocessing.pixels import FittedArray, FittedBytes

DATA = "data.npz"
_SCALINGS = {
    "min_max": "min_max",
    "standard": "standard",
    "robust": "robust",
    "quantile": "quantile",
    "signed_log": "standard_log",
    "none": "unscaled",
}


def says(dataset: Dataset) -> str:
    """A description of the data that `run.py` needs."""
    return f"version {dataset.version} of the data set {dataset.name}, as {DATA} in that folder; get it with"


def command(dataset: Dataset) -> str:
    """The shell command that downloads the data."""
    return f"gradus datasets download {quote(dataset.name)} {DATA} --npz --version {dataset.version}"


def constants(plan: DatasetPlan, dataset: Dataset) -> Iterator[str]:
    """The constants with the digest of the table and the names of the classes or labels."""
    yield f'DIGEST = "{dataset.digest}"'
    if plan.classes:
        yield "CLASSES = ("
        yield from (f"    {name!r}," for name in plan.classes)
        yield ")"


def load(dataset: Dataset, plan: DatasetPlan, fitted: Fitted) -> Iterator[str]:
    """The function that loads the training, validation and test parts."""
    yield "def load() -> Data:"
    yield '    """The examples: read, split and encoded."""'
    yield f'    table = Table(FOLDER / "{DATA}", DIGEST)'
    yield f"    y, known = {_targets(dataset, plan)}"
    yield f"    train, validation, test = split_rows(table, known, {_split(dataset, plan)})"
    if dataset.limit is not None:
        yield f"    train = limited(table, train, {dataset.limit})"
    yield "    x = np.concatenate("
    yield "        ("
    yield from (f"            {_column(column, dataset, fitted)}," for column in fitted.columns)
    yield "        ),"
    yield "        axis=1,"
    yield "    )"
    kind = {"classification": "classes", "multi_label": "labels", "regression": "numbers"}[plan.task]
    yield f'    return parts_of(x, y, [train, validation, test], "{kind}"{_weights(dataset, plan)})'


def _targets(dataset: Dataset, plan: DatasetPlan) -> str:
    match dataset.target:
        case None:
            raise AssertionError
        case str() as name:
            return f"class_targets(table, {name!r}, CLASSES)" if plan.classes else f"number_target(table, {name!r})"
        case Tags() as tags:
            return f"tag_targets(table, {tags.column!r}, {tags.separator!r}, CLASSES)"
        case names:
            return f"{'flag' if plan.classes else 'number'}_targets(table, {names!r})"


def _split(dataset: Dataset, plan: DatasetPlan) -> str:  # noqa: PLR0911 - one for each kind
    split = dataset.split
    classes = "y" if plan.task == "classification" else "None"
    match split:
        case None | AutoSplit():
            raise AssertionError
        case RandomSplit():
            return f"by_draw({split.validation!r}, {split.test!r}, {split.seed})"
        case StratifiedSplit():
            return f"by_draw({split.validation!r}, {split.test!r}, {split.seed}, y)"
        case GroupedSplit():
            return f"by_group({split.column!r}, {split.validation!r}, {split.test!r}, {split.seed})"
        case TimeSplit():
            instants = f"{split.validation_from!r}, {split.test_from!r}"
            return f"by_time({split.column!r}, {split.validation!r}, {split.test!r}, {instants})"
        case ColumnSplit():
            drawn = f"by_draw({split.validation!r}, 0, {split.seed}, {classes})"
            return f"with_validation(said_by({split.column!r}), {drawn})"
        case HashSplit():
            return f"by_hash({split.columns!r}, {split.validation!r}, {split.test!r}, {split.seed})"
        case FilesSplit():
            drawn = f"by_draw({split.validation!r}, 0, {split.seed}, {classes})"
            return f"with_validation(Table.parts_of_files, {drawn})"
        case _:
            assert_never(split)


def _column(column: FittedColumn, dataset: Dataset, fitted: Fitted) -> str:  # noqa: PLR0911 - one for each kind
    """The expression for a column's inputs."""
    name, setting = column.column, (dataset.columns or {}).get(column.column) or ColumnSetting()
    of = f"table, {name!r}"
    match column:
        case FittedNumber():
            flag = ", flag=True" if column.flag else ""
            return f"number({of}, train, {_scaling(column.scaling)}, {_fill(setting, dataset)}{flag})"
        case FittedOneHot():
            return f"one_hot({of}, train, {column.own}, other={column.other}, missing={column.missing})"
        case FittedOrdinal():
            encoding = setting.encode or dataset.categories
            order = f", {encoding.order!r}" if isinstance(encoding, Ordinal) and encoding.order else ""
            return f"ordinal({of}, train{order})"
        case FittedHash():
            return f"hashed({of}, {column.buckets})"
        case FittedDate():
            is_calendar = column.kind == "calendar"
            return f"date({of}, train, {_scaling(column.scaling)}, calendar={is_calendar}, flag={column.flag})"
        case FittedBytes():
            return f"pixels({of})" if fitted.is_bytes else f"scaled_pixels({of})"
        case FittedArray():
            return f"elements({of}, train, {_scaling(column.scalings[0])}, {_fill(setting, dataset)})"
        case FittedStandardized():
            raise AssertionError(column.kind)
        case _:
            assert_never(column)


def _scaling(fitted: FittedScaling) -> str:
    return _SCALINGS[fitted.kind]


def _fill(setting: ColumnSetting, dataset: Dataset) -> str:
    missing = setting.missing or dataset.missing or Median()
    match missing:
        case Median():
            return "median"
        case Mean():
            return "mean"
        case ConstantValue():
            return f"lambda _: {missing.value!r}"
        case Refuse():
            return "median"  # none is missing
        case _:
            assert_never(missing)


def _weights(dataset: Dataset, plan: DatasetPlan) -> str:
    weight = next((name for name, one in (dataset.columns or {}).items() if one.role == "weight"), None)
    own = f", weights=row_weights(table, {weight!r})" if weight is not None else ""
    match dataset.class_weights:
        case None | "none":
            return own
        case "balanced":
            return f"{own}, class_weights=balanced(y[train], {len(plan.classes)})"
        case by_name:
            weights = ", ".join(repr(by_name.get(name, 1.0)) for name in plan.classes)
            return f"{own}, class_weights=np.array([{weights}])"
