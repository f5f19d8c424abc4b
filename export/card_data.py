"""What a network learned from, for its model card: the data set, and the values that each input column had in
training.
"""

import json
from collections.abc import Iterator
from typing import assert_never

from export.markdown import listed, literal
from export.trained import Trained
from gradus.roles import target_columns
from gradus.spec.dataset import Dataset
from preprocessing.calendar import FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.encode import FittedColumn, FittedNumber, FittedStandardized
from preprocessing.pixels import FittedArray, FittedBytes

LISTED = 50
"""The largest number of columns that are listed one by one."""


def data_lines(trained: Trained, dataset: Dataset) -> Iterator[str]:
    """The data set, its target, sizes and split."""
    data = trained.data
    yield from ("## Data", "", "| | |", "|---|---|")
    version = f", version {dataset.version}" if dataset.version else ""
    yield f"| data set | {literal(dataset.name)}{version} |"
    if dataset.digest:
        yield f"| digest | `{dataset.digest}` |"
    yield f"| task | {data.task.replace('_', ' ')} |"
    targets = data.targets or target_columns(dataset.target)
    if targets:
        yield f"| target | {listed(targets)} |"
    if data.classes:
        yield f"| classes | {listed(data.classes)} |"
    sizes = (data.train_examples, data.validation_examples, data.test_examples)
    yield f"| examples | {sizes[0]:,} to train, {sizes[1]:,} to validate, {sizes[2]:,} to test |"
    if dataset.split is not None:
        yield f"| split | `{json.dumps(dataset.split.model_dump(mode='json'))}` |"
    if dataset.augment:
        words = json.dumps([word.model_dump(mode="json") for word in dataset.augment])
        yield f"| augmentation of the training images | `{words}` |"
    ignored = [name for name, setting in (dataset.columns or {}).items() if setting.role != "input"]
    if ignored:
        yield f"| ignored columns | {listed(ignored)} |"
    yield ""


def input_lines(trained: Trained) -> Iterator[str]:
    """The columns with their encodings and the values that training rows had."""
    columns = trained.fitted.columns
    yield from ("## Inputs", "", "| column | encoding | the training rows had |", "|---|---|---|")
    for column in columns[:LISTED]:
        yield f"| {literal(column.column)} | {_encoding(column)} | {_seen(column)} |"
    if len(columns) > LISTED:
        yield f"| and {len(columns) - LISTED} more | | |"
    yield ""


def _encoding(column: FittedColumn) -> str:
    match column:
        case FittedNumber():
            missing = "missing values refused" if column.fill is None else f"missing: {column.fill:.6g}"
            return f"`{column.scaling.kind}`, {missing}"
        case FittedStandardized():
            return f"{_encoding(column.scaled)}, standardized"
        case _:
            return f"`{column.kind}`"


def _seen(column: FittedColumn) -> str:
    match column:
        case FittedNumber():
            return "nothing" if column.least is None else f"{column.least:.6g} to {column.largest:.6g}"
        case FittedOneHot():
            more = f", and {column.rare} rarer" if column.rare else ""
            return f"{len(column.categories)} categories: {listed(column.categories)}{more}"
        case FittedOrdinal():
            return f"{len(column.order)} categories: {listed(column.order)}"
        case FittedStandardized():
            return _seen(column.scaled)
        case FittedHash() | FittedDate():
            return ""
        case FittedBytes() | FittedArray():
            return " × ".join(map(str, column.shape or (column.width,)))
        case _:
            assert_never(column)
