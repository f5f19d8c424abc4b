"""The variants "columns": the base without each of its input columns."""

from typing import Any

import pytest
from pydantic import ValidationError

from gradus.errors import InvalidSpec
from gradus.facts import ColumnFacts, TableFacts, ValueCount
from gradus.sweep.expand import Expansion, expand
from gradus.sweep.extension import extended, place_in
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.mistakes import mistakes
from tests.built_in import facts_of

LONG = "x" * 200
KINDS = tuple(ValueCount(value=value, count=50) for value in ("no", "yes"))
FACTS = TableFacts(
    name="birds",
    version=2,
    digest="sha256:" + "5" * 64,
    rows=100,
    columns=(
        ColumnFacts(name="id", type="integer", distinct=100, role="ignore"),
        ColumnFacts(name="mass", type="number", distinct=90),
        ColumnFacts(name="ring", type="text", distinct=2, values=KINDS),
        ColumnFacts(name="site", type="text", distinct=2, values=KINDS),
        ColumnFacts(name=LONG, type="number", distinct=9),
        ColumnFacts(name="sex", type="text", distinct=2, values=KINDS),
    ),
    target="sex",
)
MANY = FACTS.model_copy(
    update={
        "name": "many",
        "columns": (*(ColumnFacts(name=str(n), type="number", distinct=9) for n in range(1000)), FACTS.columns[-1]),
    }
)
TABLES = {"birds": FACTS, "many": MANY}
BASE: dict[str, Any] = {"dataset": {"name": "birds", "columns": {"ring": {"encode": "ordinal"}}}, "layers": [4]}


def request(base: dict[str, Any] = BASE, **fields: Any) -> SweepRequest:
    return SweepRequest.model_validate({"base": base, **fields})


def expanded(asked: SweepRequest) -> Expansion:
    return expand(asked, lambda _: FACTS)


def test_each_input_column_is_left_out_once_and_the_request_says_so() -> None:
    found = expanded(request(variants="columns", seeds=[0, 1]))
    names = ["mass", "ring", "site"]
    *labels, last = [change.label for change in found.changes]
    assert labels == ["base", *(f"without {name}" for name in names)]
    assert last.startswith("without xxx")
    assert len(last) <= 200
    assert found.base_label == "base"
    blocks = {
        member.label: {block.column for block in member.resolved.data.blocks}
        for member in found.members
        if member.seed == 1
    }
    whole = {*names, LONG}
    assert blocks == {"base": whole, last: whole - {LONG}} | {f"without {name}": whole - {name} for name in names}
    variants = found.request.variants
    assert isinstance(variants, dict)
    assert variants["without ring"] == {"dataset": {"columns": {"ring": "ignore"}}}
    again = expanded(SweepRequest.model_validate_json(found.request.model_dump_json()))
    assert [one.resolved.fingerprint for one in again.members] == [one.resolved.fingerprint for one in found.members]


def test_columns_with_another_role_stay() -> None:
    weighted = {"dataset": {"name": "birds", "columns": {"mass": "weight", "site": "ignore"}}, "layers": [4]}
    labels = [change.label for change in expanded(request(weighted, variants="columns")).changes]
    assert labels[:2] == ["base", "without ring"]
    assert len(labels) == 3


def test_columns_join_the_variants_of_a_sweep_once() -> None:
    sweep = expanded(request(variants={"wide": {"layers": [64]}})).request
    whole, new = extended(sweep, SweepExtension(variants="columns"), lambda _: FACTS)
    assert [change.label for change in whole.changes][:3] == ["base", "wide", "without mass"]
    assert len(new) == 4
    _, none = extended(whole.request, SweepExtension(variants="columns"), lambda _: FACTS)
    assert none == ()


def test_a_column_that_a_variant_leaves_out_already_is_not_left_out_again() -> None:
    sweep = expanded(request(variants={"no mass": {"dataset": {"columns": {"mass": "ignore"}}}})).request
    whole, new = extended(sweep, SweepExtension(variants="columns"), lambda _: FACTS)
    assert [change.label for change in whole.changes][:4] == ["base", "no mass", "without ring", "without site"]
    assert len(new) == 3


@pytest.mark.parametrize(
    ("base", "message"),
    [
        (
            {"dataset": {"name": "birds", "columns": dict.fromkeys(["ring", "site", LONG], "ignore")}},
            "'mass' is the only input column, and without it there is nothing to learn from",
        ),
        (
            {"dataset": "many"},
            "'many' has 1,000 input columns, but with the base a sweep may have at most 1,000 experiments: name the "
            "variants",
        ),
        ({"dataset": "digits"}, "'digits' is built in and has no columns to leave out: name the variants"),
    ],
    ids=["one column", "many columns", "built in"],
)
def test_where_nothing_can_be_left_out_a_sentence_says_so(base: dict[str, Any], message: str) -> None:
    asked = request({**base, "layers": [4]}, variants="columns")
    with pytest.raises(InvalidSpec) as refusal:
        expand(asked, lambda dataset: TABLES.get(dataset.name) or facts_of(dataset))
    assert [(one.path, one.message) for one in refusal.value.errors] == [("variants", message)]


def test_a_mistake_in_the_base_or_in_a_variant_is_at_a_place_of_the_request() -> None:
    wrong = {"dataset": {"name": "birds", "columns": {"massive": "ignore"}}, "layers": [4]}
    with pytest.raises(InvalidSpec) as refusal:
        expanded(request(wrong, variants="columns"))
    assert [one.path for one in refusal.value.errors] == ["base/dataset/columns/massive"]
    constant = FACTS.model_copy(
        update={"columns": (FACTS.columns[1], ColumnFacts(name="k", type="integer", distinct=1), FACTS.columns[-1])}
    )
    with pytest.raises(InvalidSpec) as refusal:
        expand(request({"dataset": "birds", "layers": [4]}, variants="columns"), lambda _: constant)
    (mistake,) = refusal.value.errors
    assert (mistake.path, mistake.message.endswith("(in 'without mass')")) == ("variants", True)


@pytest.mark.parametrize(
    ("variants", "path", "message"),
    [
        ("colums", "variants", 'must be "columns", or an object such as {"+ batch norm": {"batch_norm": true}}'),
        ({}, "variants", 'must be "columns", or an object such as {"+ batch norm": {"batch_norm": true}}'),
        ({"a": 3}, "variants/a", "must be an object"),
    ],
    ids=["word", "empty", "number"],
)
def test_variants_of_another_form_are_refused(variants: Any, path: str, message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        request(variants=variants)
    assert [(one.path, one.message) for one in mistakes(refusal.value, SweepRequest)] == [(path, message)]


def test_mistakes_of_an_extension_are_at_its_own_places() -> None:
    taken = {"without mass": {"batch_norm": True}}
    sweep = expanded(request(variants=taken, seeds=[0])).request
    with pytest.raises(InvalidSpec) as refusal:
        extended(sweep, SweepExtension(seeds=(1,), variants="columns"), lambda _: FACTS)
    assert [one.path for one in refusal.value.errors] == ["variants"]
    assert str(refusal.value).startswith("variants: ")
    many = expanded(request(variants={f"l2 {n}": {"l2": n / 1000} for n in range(1, 400)}, seeds=[0])).request
    with pytest.raises(InvalidSpec) as refusal:
        extended(many, SweepExtension(seeds=(1, 2), variants="columns"), lambda _: FACTS)
    assert [one.path for one in refusal.value.errors] == ["seeds"]
    with pytest.raises(InvalidSpec) as refusal:
        extended(many, SweepExtension(seeds=(1, 2)), lambda _: FACTS)
    assert [one.path for one in refusal.value.errors] == ["seeds"]


@pytest.mark.parametrize(
    ("more", "path", "place"),
    [
        ({"variants": "columns"}, "variants/without a~1b/dataset", "variants"),
        ({"variants": "columns", "seeds": [3]}, "seeds", "seeds"),
        ({"variants": {"x": {"l2": 1}}}, "variants/x/l2", "variants/x/l2"),
        ({"variants": {"x": {"l2": 1}}}, "variants/y/l2", "variants"),
        ({"variants": {"a/b": {"l2": 1}}}, "variants/a~1b", "variants/a~1b"),
        ({"grid": {"l2": [1]}}, "grid/l1", "grid"),
        ({"random": {"n": 50}}, "random/n", "random/n"),
        ({"random": {"n": 50}}, "random/space/l2", "random"),
        ({"seeds": [1]}, "base/layers", "seeds"),
    ],
)
def test_a_place_is_where_the_extension_added_it(more: dict[str, Any], path: str, place: str) -> None:
    assert place_in(SweepExtension.model_validate(more), path) == place


def test_blocks_that_experiments_have_in_common_are_made_once() -> None:
    """With 100 columns, one experiment per omitted column would need 100 × 99 blocks. But a block depends only on its
    column and its start, so that experiments can share blocks."""
    some = MANY.model_copy(update={"columns": (*MANY.columns[:100], FACTS.columns[-1])})
    asked = request({"dataset": {"name": "many"}, "layers": [4]}, variants="columns")
    found = expand(asked, lambda _: some)
    blocks = {id(block) for member in found.members for block in member.resolved.data.blocks}
    assert len(found.members) == 101
    assert len(blocks) <= 2 * 100
