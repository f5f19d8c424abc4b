"""Resolution of an uploaded data set."""

from collections.abc import Iterator

from gradus.dataset_plan import DatasetPlan
from gradus.encoding import Misfit
from gradus.errors import Conflict
from gradus.facts import TableFacts
from gradus.nearest import nearest
from gradus.resolution.column_roles import refuse_other_targets
from gradus.resolution.columns import inputs, unknown_columns
from gradus.resolution.split import sizes_of, split_of
from gradus.resolution.stored_rows import StoredRows
from gradus.resolution.target import TargetPlan, target_of, target_plan
from gradus.resolution.weight import refuse_unfit_weights
from gradus.roles import columns_with, default_settings, target_columns
from gradus.spec.calendar import Calendar
from gradus.spec.categories import OneHot
from gradus.spec.dataset import BUILT_IN_WORDS, Dataset
from gradus.spec.missing import Median
from gradus.spec.numbers import MinMax
from gradus.wire.problem import Mistake, echo

_INSTEAD = {"validation_size": "the `validation` of its `split`", "standardize": '`numbers`: "standard"'}


def mistakes(dataset: Dataset, facts: TableFacts) -> tuple[Mistake, ...]:
    """The mistakes of the spec: settings that an uploaded data set does not have, and names that no column has.

    Raises:
        Conflict: the version's content does not match the spec's digest.
    """
    if dataset.digest is not None and dataset.digest != facts.digest:
        raise Conflict(
            f"version {facts.version} of '{facts.name}' has the digest {facts.digest}, not {dataset.digest}: "
            "leave out `digest`, or name the version that it belongs to",
            code="dataset_changed",
        )
    return (*_words_of_built_in(dataset, facts), *unknown_columns(dataset, facts))


def resolved(dataset: Dataset, facts: TableFacts, rows: StoredRows | None) -> tuple[Dataset, DatasetPlan]:
    """The data set with everything written out, and the shape of the data. The names of columns are checked.

    Raises:
        Misfit: a setting does not fit the table.
    """
    target = target_plan(dataset, target_of(dataset, facts), facts, rows)
    _refuse_weights(dataset, target)
    full = dataset.model_copy(
        update={
            "version": facts.version,
            "digest": facts.digest,
            "target": target.target,
            "task": target.task,
            "numbers": dataset.numbers or MinMax(),
            "categories": dataset.categories or OneHot(),
            "dates": dataset.dates or Calendar(),
            "missing": dataset.missing or Median(),
            "split": split_of(dataset, facts, target),
            "class_weights": dataset.class_weights or "none",
        }
    )
    refuse_other_targets(full)
    full = full.model_copy(update={"columns": {**(dataset.columns or {}), **default_settings(full, facts)}})
    return full, _plan(full, facts, target, rows)


def _plan(dataset: Dataset, facts: TableFacts, target: TargetPlan, rows: StoredRows | None) -> DatasetPlan:
    blocks = inputs(dataset, facts)
    train, validation, test = sizes_of(dataset, facts, target, rows)
    _refuse_empty(train, validation, test)
    refuse_unfit_weights(dataset, facts)
    columns = columns_with("input", dataset, facts)
    only_bytes = all(column.type == "image" or column.storage == "uint8" for column in columns)
    alone = columns[0].shape if len(columns) == 1 else None
    return DatasetPlan(
        task=target.task,
        input_shape=alone or (sum(block.width for block in blocks),),
        classes=target.classes,
        targets=target_columns(target.target),
        train_examples=train,
        validation_examples=validation,
        test_examples=test,
        blocks=blocks,
        bytes_per_input=1 if only_bytes else 4,
    )


def _refuse_empty(train: int, validation: int, test: int) -> None:
    why = {"training": "", "validation": ": it chooses the best epoch", "test": ": every epoch is measured on it"}
    for (part, use), size in zip(why.items(), (train, validation, test), strict=True):
        if not size:
            advice = "" if part == "training" else f", so make `{part}` larger or choose another split"
            raise Misfit(("split",), f"the split leaves no row for {part}{use}{advice}")


def _refuse_weights(dataset: Dataset, target: TargetPlan) -> None:
    weights = dataset.class_weights
    if weights in {None, "none"} if not isinstance(weights, dict) else not weights:
        return
    if target.task != "classification":
        raise Misfit(("class_weights",), f"only classes have weights, but the task is {target.task}: choose none")
    for name in weights if isinstance(weights, dict) else ():
        if name not in target.classes:
            close = nearest(name, target.classes)
            hint = f"did you mean '{close}'?" if close else f"the classes are {', '.join(target.classes[:10])}"
            raise Misfit(("class_weights", name), f"no class '{name}': {hint}")


def _words_of_built_in(dataset: Dataset, facts: TableFacts) -> Iterator[Mistake]:
    for word in BUILT_IN_WORDS:
        if getattr(dataset, word):
            message = f"only built-in data sets have '{word}': for '{facts.name}' use {_INSTEAD[word]}"
            yield Mistake(path=f"dataset/{word}", message=message, input=echo(getattr(dataset, word)))
