"""The split of a table: its kind, and the sizes of its parts."""

from collections.abc import Sequence

from gradus.encoding import Misfit
from gradus.facts import PARTS, TableFacts
from gradus.resolution.column_roles import column_for_split
from gradus.resolution.stored_rows import StoredRows
from gradus.resolution.target import TargetPlan
from gradus.roles import target_columns
from gradus.spec.dataset import Dataset
from gradus.spec.split import (
    AnySplit,
    AutoSplit,
    ColumnSplit,
    FilesSplit,
    GroupedSplit,
    RandomSplit,
    StratifiedSplit,
    TimeSplit,
)
from gradus.split_sizes import NothingToTrain, Sizes, part_sizes


def split_of(dataset: Dataset, facts: TableFacts, target: TargetPlan) -> AnySplit:
    """The split that the spec names; else the split by a column with a suitable role or by the files' parts; else a
    stratified or random split.

    Raises:
        Misfit: the column of a split has values that name no part, several columns have the same role for the split, or
            an automatic split sets a field that the resulting kind lacks.
    """
    split = dataset.split or AutoSplit()
    if isinstance(split, AutoSplit):
        split = _with_fields_of(split, _default(dataset, facts, target))
    if isinstance(split, ColumnSplit):
        _refuse_other_words(split, facts)
    if isinstance(split, StratifiedSplit) and not _has_strata(target):
        raise Misfit(("split",), "`stratified` needs one target that is a class: choose `random`")
    return split


def _with_fields_of(auto: AutoSplit, split: AnySplit) -> AnySplit:
    """The split with the sizes and the seed that `auto` sets. Defaults are ignored, because stored requests contain
    them even if nobody chose them."""
    fields = auto.model_dump(exclude_defaults=True)
    for field in fields:
        if field not in type(split).model_fields:
            raise Misfit(("split", field), f"the kind of the split is '{split.kind}' here, which has no '{field}'")
    return split.model_copy(update=fields)


def _default(dataset: Dataset, facts: TableFacts, target: TargetPlan) -> AnySplit:
    if column := column_for_split("split", dataset, facts):
        return ColumnSplit(column=column)
    if any(file.split is not None for file in facts.files):
        return FilesSplit()
    if column := column_for_split("group", dataset, facts):
        return GroupedSplit(column=column)
    if column := column_for_split("time", dataset, facts):
        return TimeSplit(column=column)
    return StratifiedSplit() if _has_strata(target) else RandomSplit()


def sizes_of(dataset: Dataset, facts: TableFacts, target: TargetPlan, rows: StoredRows | None) -> Sizes:
    """The numbers of examples for training, validation and test. `dataset` is resolved.

    Raises:
        Misfit: nothing is left to train on.
    """
    counts = _strata(dataset, facts, target)
    if counts is None:
        assert rows is not None, "the facts do not tell the sizes of this split"
        return rows.sizes(facts, dataset, target.classes)
    assert isinstance(dataset.split, RandomSplit | StratifiedSplit)
    try:
        parts = part_sizes(counts, dataset.split.validation, dataset.split.test)
    except NothingToTrain as error:
        raise Misfit(("split",), str(error)) from None
    train, validation, test = (sum(part[i] for part in parts) for i in range(3))
    return train if dataset.limit is None else min(train, dataset.limit), validation, test


def _strata(dataset: Dataset, facts: TableFacts, target: TargetPlan) -> Sequence[int] | None:
    """The number of rows of each stratum; None if the facts do not contain it."""
    columns = [facts.column(name) for name in target_columns(target.target)]
    incomplete = [column for column in columns if column.missing]
    if len(columns) > 1 and incomplete:
        return None
    match dataset.split:
        case RandomSplit():
            return [facts.rows - sum(column.missing for column in columns)]
        case StratifiedSplit():
            counts = {one.value: one.count for one in columns[0].values}
            return [counts[name] for name in target.classes]
        case _:
            return None


def _has_strata(target: TargetPlan) -> bool:
    return target.task == "classification"


def _refuse_other_words(split: ColumnSplit, facts: TableFacts) -> None:
    column = facts.column(split.column)
    wrong = [f"'{one.value}' in {one.count:,} rows" for one in column.values if one.value not in PARTS]
    if column.type != "text" or wrong:
        found = ", ".join(wrong[:10]) or f"the type {column.type}"
        raise Misfit(("split", "column"), f"'{column.name}' has {found}: it must say {', '.join(PARTS)} in each row")
