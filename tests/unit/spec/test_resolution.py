"""Rules of the spec that need the facts of the data set."""

from typing import Any

import pytest

from gradus.differences import differences
from gradus.errors import InvalidSpec
from gradus.spec.experiment import Spec
from tests.built_in import resolved
from tests.unit.training.images import conv

GOOD: dict[str, Any] = {"dataset": "mnist", "layers": [3]}
NORMED = {"kind": "dense", "units": 3, "batch_norm": True}
LONELY = {"name": "digits", "limit": 1}
UNNORMED_RESIDUAL = {"kind": "residual", "layers": [{**NORMED, "batch_norm": False}]}
NEEDS_BATCHES = "batch_norm needs batches of 2 or more examples, but"
NO_BATCH = f"{NEEDS_BATCHES} 'dataset' leaves 1 training example: use more, or batch_norm false"


def told(document: Any) -> list[tuple[str, str, Any]]:
    """Path, message and input of each error in the document."""
    with pytest.raises(InvalidSpec) as refusal:
        resolved(Spec.model_validate(document))
    return [(one.path, one.message, one.input) for one in refusal.value.errors]


@pytest.mark.parametrize(
    ("change", "path", "message", "stood"),
    [
        (
            {"dataset": {"name": "wine", "validation_size": 143}},
            "dataset/validation_size",
            "validation_size takes 143 of the 143 training examples of 'wine' and leaves none",
            143,
        ),
        (
            {"dataset": {"name": "wine", "validation_size": 0.999}},
            "dataset/validation_size",
            "validation_size takes 143 of the 143 training examples of 'wine' and leaves none",
            0.999,
        ),
        (
            {"dataset": {"name": "wine", "target": "class"}},
            "dataset/target",
            "'wine' is built in and has no 'target': only data sets that were uploaded have it",
            "class",
        ),
        (
            {"batch_size": 1, "batch_norm": True},
            "batch_size",
            f"{NEEDS_BATCHES} 'batch_size' is 1: use more, or batch_norm false",
            1,
        ),
        (
            {"loss": "squared"},
            "loss",
            "the loss 'squared' does not fit the task classification: use cross_entropy, or auto",
            "squared",
        ),
        (
            {"dataset": "diabetes", "loss": {"kind": "cross_entropy"}},
            "loss",
            "the loss 'cross_entropy' does not fit the task regression: "
            "use squared, absolute, huber, quantile, or auto",
            "cross_entropy",
        ),
        (
            {"dataset": "diabetes", "early_stopping": {"metric": "validation_accuracy"}},
            "early_stopping/metric",
            "early_stopping on validation_accuracy, but 'diabetes' is a regression task: use validation_loss",
            "validation_accuracy",
        ),
    ],
)
def test_what_does_not_fit_the_data_set_is_told_where_it_is(
    change: dict[str, Any], path: str, message: str, stood: Any
) -> None:
    assert told({**GOOD, **change}) == [(path, message, stood)]


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": LONELY, "batch_norm": True},
        {"dataset": LONELY, "batch_norm": True, "batch_size": "full"},
        {"dataset": {"name": "wine", "validation_size": 142}, "layers": [NORMED]},
        {"dataset": LONELY, "batch_norm": True, "layers": [UNNORMED_RESIDUAL]},  # but not its projection
        {"dataset": {"name": "mnist", "limit": 1}, "batch_norm": True, "layers": [conv(stride=28)]},
    ],
)
def test_batch_norm_needs_a_batch(change: dict[str, Any]) -> None:
    ((path, message, stood),) = told({**GOOD, **change})
    assert (path, message) == ("dataset", NO_BATCH)
    assert stood["name"] == change["dataset"]["name"]


def test_batch_norm_of_images_needs_pixels_or_a_batch() -> None:
    resolved(Spec(dataset="mnist", layers=[conv(stride=14), "max_pool"], batch_norm=True, batch_size=1))


def test_every_word_that_a_built_in_data_set_lacks_is_told() -> None:
    wrong = {"name": "wine", "version": 2, "split": "random", "columns": {}, "validation_size": 200}
    assert [path for path, *_ in told({**GOOD, "dataset": wrong})] == [
        f"dataset/{word}" for word in ("version", "columns", "split", "validation_size")
    ]


def test_the_document_of_a_built_in_data_set_has_its_four_words_alone() -> None:
    document = resolved(Spec(dataset="wine", layers=[])).document
    assert document["dataset"] == {"name": "wine", "limit": None, "validation_size": 14, "standardize": False}


def test_the_default_size_of_another_data_set_is_no_difference() -> None:
    one, other = (resolved(Spec(dataset=name, layers=[])).spec for name in ("wine", "digits"))
    assert differences([one, other]) == {"dataset.name": ("wine", "digits")}
