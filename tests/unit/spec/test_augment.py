"""The augmentation of a spec: order, fingerprint, arrays, and the data sets that have none."""

from typing import Any

import pytest
from pydantic import ValidationError

from gradus.array import array_shape
from gradus.errors import InvalidSpec
from gradus.facts import ColumnFacts, TableFacts, ValueCount
from gradus.paths import put
from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.augment import Flip
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from tests.built_in import resolved

CLASSES = ColumnFacts(
    name="class", type="text", distinct=2, values=(ValueCount(value="a", count=60), ValueCount(value="b", count=40))
)
IMAGE = ColumnFacts(name="image", type="image", shape=(6, 5, 3), storage="uint8")
ARRAY = ColumnFacts(name="image", type="array", shape=(6, 5), storage="float32")
NUMBER = ColumnFacts(name="age", type="number", distinct=90, minimum=0, maximum=9)


def _mnist(augment: Any, **words: Any) -> ResolvedSpec:
    return resolved(Spec(**{"dataset": {"name": "mnist", "augment": augment}, "layers": [3], **words}))


def _uploaded(*columns: ColumnFacts, **dataset: Any) -> ResolvedSpec:
    facts = TableFacts(
        name="own", version=1, digest="sha256:" + "5" * 64, rows=100, columns=(*columns, CLASSES), target="class"
    )
    return resolve(Spec(dataset={"name": "own", "augment": ["flip"], **dataset}, layers=[3]), facts)


def _refusal(act: Any) -> tuple[str, str]:
    with pytest.raises(InvalidSpec) as refused:
        act()
    (mistake,) = refused.value.errors
    return mistake.path, mistake.message


def test_words_are_written_out_in_the_order_in_which_they_act() -> None:
    listed = _mnist(["mixup", {"kind": "rotate", "degrees": 5}, "flip"])
    assert listed.document["dataset"]["augment"] == [
        {"kind": "flip", "axis": "horizontal", "probability": 0.5},
        {"kind": "rotate", "degrees": 5.0},
        {"kind": "mixup", "alpha": 0.2},
    ]
    assert listed.fingerprint == _mnist(["flip", {"kind": "rotate", "degrees": 5}, "mixup"]).fingerprint


@pytest.mark.parametrize("alone", ["flip", {"kind": "flip"}, Flip()], ids=str)
def test_a_word_alone_is_a_list_of_one(alone: object) -> None:
    assert _mnist(alone).document == _mnist(["flip"]).document


def test_a_word_alone_that_there_is_not_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        Spec(dataset={"name": "mnist", "augment": "flop"}, layers=[3])
    assert [error["loc"] for error in refused.value.errors()] == [("dataset", "augment", 0)]


def test_without_words_nothing_changes() -> None:
    plain = resolved(Spec(dataset="mnist", layers=[3]))
    empty = _mnist([])
    assert "augment" not in empty.document["dataset"]
    assert empty.fingerprint == plain.fingerprint != _mnist(["flip"]).fingerprint
    assert empty.memory_bytes == plain.memory_bytes < _mnist(["flip"]).memory_bytes
    assert _mnist(["flip"]).memory_bytes < _mnist(["flip", "mixup"]).memory_bytes


def test_the_numbers_of_words_may_differ_within_an_array_and_their_kinds_may_not() -> None:
    shapes = [array_shape(_mnist([{"kind": "rotate", "degrees": d}, "flip"], seed=int(d))) for d in (1.0, 30.0)]
    assert shapes[0] == shapes[1]
    assert len({shapes[0], array_shape(_mnist(["rotate"])), array_shape(_mnist([]))}) == 3


def test_runs_share_their_data_whatever_their_augmentation() -> None:
    data = Dataset.model_validate({"name": "mnist"})
    assert Dataset.model_validate({"name": "mnist", "augment": ["flip"]}).without_augmentation() == data


def test_a_path_leads_to_the_number_of_a_word() -> None:
    document = {"dataset": {"name": "mnist", "augment": ["rotate"]}, "layers": [3]}
    changed = resolved(Spec(**put(document, "dataset.augment.0.degrees", 30)))
    assert changed.spec == _mnist([{"kind": "rotate", "degrees": 30}]).spec


def test_only_images_are_augmented() -> None:
    images = _uploaded(IMAGE)
    assert images.document["dataset"]["augment"][0]["kind"] == "flip"
    path = "dataset/augment"
    table = "augment is for images, but 'own' has inputs besides a single image: leave it out"
    arrays = "augment is for images, but 'own' consists of arrays, not of images: leave it out"
    assert _refusal(lambda: _uploaded(NUMBER)) == (path, table)
    assert _refusal(lambda: _uploaded(IMAGE, NUMBER)) == (path, table)
    assert _refusal(lambda: _uploaded(ARRAY)) == (path, arrays)
    digits = resolved(Spec(dataset={"name": "digits", "augment": ["flip"]}, layers=[3]))
    assert digits.data.image == (8, 8)
    wine = _refusal(lambda: resolved(Spec(dataset={"name": "wine", "augment": ["flip"]}, layers=[3])))
    assert wine == (path, table.replace("own", "wine"))


def test_pixels_that_are_standardized_by_their_place_are_not_moved() -> None:
    spec = Spec(dataset={"name": "mnist", "augment": ["flip"], "standardize": True}, layers=[3])
    place, message = _refusal(lambda: resolved(spec))
    assert (place, message) == (
        "dataset/augment",
        "augment moves pixels, but standardize scales each pixel by its position: use one of the two",
    )
