"""The catalogue lists what a spec can name."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from gradus.catalog import as_posted, catalog, title_of
from gradus.examples import EXAMPLES
from gradus.spec.activation import ACTIVATIONS
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task, losses_of
from gradus.spec.optimizer import Optimizer
from gradus.spec.penalty import Penalty
from gradus.spec.schedule import StepDecay
from gradus.spec.spec_model import kind_of, spec_models_in
from gradus.wire.catalog import CatalogEntry

FIELDS = {"initializers": "init", "optimizers": "optimizer", "schedules": "schedule"}
ENTRIES = [(family, entry) for family, entries in catalog().families.items() for entry in entries]


def kinds(family: str) -> list[str]:
    return [entry.kind for entry in catalog().families[family]]


def small(**fields: Any) -> Spec:
    return Spec(dataset="digits", layers=[4], **fields)


def test_every_family_is_listed() -> None:
    assert set(catalog().families) == {
        "layers",
        "number_embeddings",
        "activations",
        "initializers",
        "normalizations",
        "penalties",
        "optimizers",
        "schedules",
        "losses",
        "early_stopping",
        "checkpoints",
        "roles",
        "numbers",
        "categories",
        "dates",
        "missing",
        "splits",
        "augmentation",
        "class_weights",
        "devices",
    }
    assert kinds("layers") == [
        "dense",
        "scale",
        "conv",
        "separable_conv",
        "max_pool",
        "avg_pool",
        "global_avg_pool",
        "flatten",
        "residual",
    ]
    assert kinds("normalizations") == ["batch_norm"]
    assert kinds("early_stopping") == ["early_stopping"]


def test_every_name_of_a_closed_list_is_listed() -> None:
    assert kinds("activations") == list(ACTIVATIONS)
    assert kinds("penalties") == list(get_args(Penalty))


@pytest.mark.parametrize("family", FIELDS)
def test_a_spec_can_name_every_listed_kind(family: str) -> None:
    for kind in kinds(family):
        assert getattr(small(**{FIELDS[family]: kind}), FIELDS[family]).kind == kind


def test_every_listed_loss_is_that_of_a_task() -> None:
    assert kinds("losses") == ["auto", *(kind_of(kind) for task in get_args(Task) for kind in losses_of(task))]


@pytest.mark.parametrize(("family", "field"), [*FIELDS.items(), ("losses", "loss")])
def test_no_kind_is_left_out_of_the_list(family: str, field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        small(**{field: {"kind": "?"}})
    expected = refusal.value.errors()[0]["ctx"]["expected_tags"]
    assert expected == ", ".join(f"'{kind}'" for kind in kinds(family))


@pytest.mark.parametrize(("family", "entry"), ENTRIES, ids=lambda value: getattr(value, "kind", value))
def test_every_entry_says_what_it_computes_and_what_it_takes(family: str, entry: CatalogEntry) -> None:
    assert entry.title
    assert len(entry.formula) > 0
    assert entry.json_schema


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_can_be_posted_as_it_is(name: str) -> None:
    document = catalog().examples[name]
    assert Spec.model_validate(document) == EXAMPLES[name]
    assert "seed" not in document


def test_an_example_says_no_more_than_a_person_would() -> None:
    assert as_posted(small(optimizer="sgd")) == {
        "dataset": {"name": "digits", "standardize": False},
        "layers": [{"kind": "dense", "units": 4, "bias": True}],
        "optimizer": {"kind": "sgd", "lr": 0.01},
    }


def test_the_words_of_a_union_come_in_its_order() -> None:
    assert [kind_of(word) for word in spec_models_in(Optimizer)] == kinds("optimizers")
    assert spec_models_in(int | None) == ()


def test_a_word_without_a_tag_is_called_by_its_name() -> None:
    assert kind_of(BatchNorm) == "batch_norm"
    assert title_of(BatchNorm) == "Batch normalization"
    assert title_of(StepDecay) == "Step decay"
