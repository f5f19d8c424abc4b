"""Resolution of a built-in data set."""

from gradus.built_in_facts import BuiltInFacts
from gradus.dataset_plan import DatasetPlan
from gradus.spec.dataset import TABLE_WORDS, Dataset
from gradus.wire.problem import Mistake


def mistakes(dataset: Dataset, facts: BuiltInFacts) -> tuple[Mistake, ...]:
    """The mistakes of the spec: settings that a built-in data set does not have, and a validation split that leaves
    nothing to train on."""
    found = [
        Mistake(
            path=f"dataset/{word}",
            message=f"'{facts.name}' is built in and has no '{word}': only data sets that were uploaded have it",
            input=getattr(dataset, word),
        )
        for word in TABLE_WORDS
        if getattr(dataset, word) is not None
    ]
    pool, taken = facts.train_examples, _validation_examples(dataset, facts)
    if taken >= pool:
        message = f"validation_size takes {taken} of the {pool} training examples of '{facts.name}' and leaves none"
        found.append(Mistake(path="dataset/validation_size", message=message, input=dataset.validation_size))
    return tuple(found)


def resolved(dataset: Dataset, facts: BuiltInFacts) -> Dataset:
    """The data set with `validation_size` as a number of examples."""
    return dataset.model_copy(update={"validation_size": _validation_examples(dataset, facts)})


def plan(dataset: Dataset, facts: BuiltInFacts) -> DatasetPlan:
    """The shape of the data."""
    validation = _validation_examples(dataset, facts)
    available = facts.train_examples - validation
    return DatasetPlan(
        task=facts.task,
        input_shape=facts.input_shape,
        image_shape=facts.image_shape,
        classes=facts.classes,
        train_examples=available if dataset.limit is None else min(dataset.limit, available),
        validation_examples=validation,
        test_examples=facts.test_examples,
        bytes_per_input=1 if facts.source == "idx" and not dataset.standardize else 4,
    )


def _validation_examples(dataset: Dataset, facts: BuiltInFacts) -> int:
    match dataset.validation_size:
        case None:
            return facts.default_validation
        case int(count):
            return count
        case fraction:
            return max(1, round(fraction * facts.train_examples))
