"""The experiments of a sweep that follow from its request."""

import json
from typing import Any

import pytest

from gradus.errors import InvalidSpec
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.initializer import He, Xavier
from gradus.spec.optimizer import SGD, Adam
from gradus.sweep.changes import changes, stored_changes
from gradus.sweep.expand import Expansion, Member, expand
from gradus.sweep.extension import extended
from gradus.sweep.request import SweepExtension, SweepRequest
from tests.built_in import facts_of
from tests.documents import dense_layers

BASE: dict[str, Any] = {"dataset": "digits", "layers": [8, 4], "optimizer": {"kind": "adam", "beta1": 0.5}}


def request(**fields: Any) -> SweepRequest:
    return SweepRequest.model_validate({"base": BASE, **fields})


def expanded(request: SweepRequest) -> Expansion:
    return expand(request, facts_of)


def extended_by(request: SweepRequest, more: SweepExtension) -> tuple[Expansion, tuple[Member, ...]]:
    return extended(request, more, facts_of)


def labels(expansion: Expansion) -> list[str]:
    return [change.label for change in expansion.changes]


def mistakes(**fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidSpec) as caught:
        expanded(request(**fields))
    return [(mistake.path, mistake.message) for mistake in caught.value.errors]


def test_a_grid_is_every_combination_with_every_seed() -> None:
    found = expanded(request(name="s", grid={"optimizer.lr": [0.1, 0.01], "init": ["he", "zeros"]}, seeds=[3, 5]))
    assert labels(found) == [
        "optimizer.lr=0.1, init=he",
        "optimizer.lr=0.1, init=zeros",
        "optimizer.lr=0.01, init=he",
        "optimizer.lr=0.01, init=zeros",
    ]
    assert [(member.label, member.seed) for member in found.members[:3]] == [
        (labels(found)[0], 3),
        (labels(found)[0], 5),
        (labels(found)[1], 3),
    ]
    first = found.members[1].resolved.spec
    assert first.name == "s: optimizer.lr=0.1, init=he, seed 5"
    assert (first.optimizer, first.init.kind, first.seed) == (Adam(lr=0.1, beta1=0.5), "he", 5)
    assert found.base_label is None


def test_a_name_that_is_cut_says_so() -> None:
    found = expanded(request(name="s" * 150, variants={"a": {"dropout": 0.1}, "b" * 200: {"l2": 0.1}}, seeds=[0, 1]))
    names = [member.resolved.spec.name for member in found.members]
    assert names[2] == f"{'s' * 99}…: a, seed 0"
    assert names[4] == f"{'s' * 99}…: {'b' * 89}…, seed 0"


def test_a_value_of_the_grid_that_is_the_bases_own_is_the_base() -> None:
    assert expanded(request(grid={"optimizer.lr": [0.1, 0.001]})).base_label == "optimizer.lr=0.001"


def test_paths_lead_into_lists_and_into_objects_that_are_not_there_yet() -> None:
    found = expanded(request(grid={"layers.1.units": [5], "batch_norm.momentum": [0.5], "layers.0.dropout": [0.25]}))
    layers = dense_layers(found.members[0].resolved.spec)
    assert [(layer.units, layer.dropout) for layer in layers] == [(8, 0.25), (5, 0.0)]
    assert found.members[0].resolved.spec.model_dump()["batch_norm"] == {"momentum": 0.5, "eps": 1e-5}


def test_a_kind_is_set_before_its_options_whatever_the_order() -> None:
    found = expanded(request(grid={"optimizer.lr": [0.5], "optimizer.kind": ["sgd"]}))
    assert found.members[0].resolved.spec.optimizer == SGD(lr=0.5)


def test_a_shorthand_replaces_what_was_there() -> None:
    found = expanded(request(grid={"optimizer": ["sgd", {"kind": "adam"}]}))
    assert [member.resolved.spec.optimizer for member in found.members] == [SGD(), Adam()]


def test_variants_are_the_base_and_the_base_with_each_change() -> None:
    found = expanded(request(variants={"+ sgd": {"optimizer": {"kind": "sgd"}}, "+ slow": {"optimizer": {"lr": 1e-5}}}))
    assert labels(found) == ["base", "+ sgd", "+ slow"]
    assert found.base_label == "base"
    optimizers = [member.resolved.spec.optimizer for member in found.members]
    assert optimizers == [Adam(beta1=0.5), SGD(), Adam(lr=1e-5, beta1=0.5)]


def test_a_resolved_base_changes_as_the_one_it_was_made_of() -> None:
    resolved = SweepRequest.model_validate({"base": BASE} | {"grid": {"l2": [1]}}).base.document()
    found = expanded(
        request(base=resolved, variants={"+ batch norm": {"batch_norm": True}, "+ he": {"init": "xavier"}})
    )
    layers = [dense_layers(member.resolved.spec)[0] for member in found.members]
    assert [layer.batch_norm for layer in layers] == [False, BatchNorm(), False]
    assert [layer.init for layer in layers] == [He(), He(), Xavier()]


def test_random_draws_are_different_in_bounds_and_the_same_each_time() -> None:
    space = {
        "optimizer.lr": {"kind": "log_uniform", "low": 1e-5, "high": 1},
        "dropout": {"kind": "uniform", "low": 0.1, "high": 0.5},
        "layers.0.units": {"kind": "integer", "low": 3, "high": 6},
        "activation": {"kind": "choice", "values": ["relu", "tanh"]},
    }
    found = expanded(request(random={"n": 200, "space": space, "seed": 1}))
    again = expanded(request(random={"n": 50, "space": space, "seed": 1}))
    other = expanded(request(random={"n": 50, "space": space, "seed": 2}))
    assert labels(found)[:50] == labels(again) != labels(other)
    assert len(set(labels(found))) == 200
    experiments = [member.resolved.spec for member in found.members]
    rates = [experiment.optimizer.lr for experiment in experiments]
    assert all(1e-5 <= rate <= 1 for rate in rates)
    assert 60 < sum(rate < 10**-2.5 for rate in rates) < 140  # half of the orders of magnitude
    assert all(0.1 <= experiment.dropout <= 0.5 for experiment in experiments)
    assert {dense_layers(experiment)[0].units for experiment in experiments} == {3, 4, 5, 6}
    assert {experiment.activation for experiment in experiments} == {"relu", "tanh"}


def test_the_first_draw_of_a_space_is_what_it_always_was() -> None:
    space = {"l2": {"kind": "uniform", "low": 0, "high": 1}, "l1": {"kind": "integer", "low": 0, "high": 9}}
    assert labels(expanded(request(random={"n": 2, "space": space}))) == ["l2=0.0453449, l1=2", "l2=0.837588, l1=4"]


@pytest.mark.parametrize(
    ("fields", "path", "words"),
    [
        ({"grid": {"optimizer.lrr": [1]}}, "grid/optimizer.lrr", "unknown key 'lrr'"),
        ({"grid": {"optimizer.lr": [1, -1]}}, "grid/optimizer.lr", "greater than 0 (in 'optimizer.lr=-1')"),
        ({"grid": {"layers.2.units": [1]}}, "grid/layers.2.units", "'2' is not a position in a list of 2"),
        ({"grid": {"layers.x": [1]}}, "grid/layers.x", "'x' is not a position in a list of 2"),
        ({"grid": {"epochs.x": [1]}}, "grid/epochs.x", "unknown key 'x'"),
        ({"grid": {"optimizer.beta1": [0.1], "optimizer.kind": ["nosuch"]}}, "grid/optimizer.kind", "unknown kind"),
        ({"grid": {"l2": [0.1], "l1": [0, 0.0]}}, "grid", "'l2=0.1, l1=0.0' gives the same"),
        ({"grid": {"seed": [1]}}, "grid/seed", "in 'seeds'"),
        ({"grid": {"epochs": list(range(1, 502))}, "seeds": [1, 2]}, "grid", "1,002 experiments"),
        ({"grid": {"batch_norm": [True], "batch_size": [1]}}, "grid/batch_size", "batches of 2 or more examples"),
        ({"variants": {"+ a/b": {"optimizer": {"lr": -1}}}}, "variants/+ a~1b/optimizer/lr", "(in '+ a/b')"),
        ({"variants": {"base": {"l2": 1}}}, "variants/base", "label of the base"),
        ({"variants": {"again": {"optimizer": "sgd"}, "x": {"optimizer": "sgd"}}}, "variants/x", "same experiment"),
        ({"variants": {"x": {"name": "y"}}}, "variants/x/name", "names its experiments"),
        ({"random": {"n": 3, "space": {"l2": {"kind": "choice", "values": [1, 2]}}}}, "random/space", "only 2"),
        ({"random": {"n": 1, "space": {"l2": {"kind": "choice", "values": [-1]}}}}, "random/space/l2", "at least 0"),
        ({"grid": {"dataset": ["diabetes"]}}, "objective/metric", "is a regression"),
        (
            {"grid": {"optimizer": ["sgd"], "optimizer.kind": ["adam"]}},
            "grid/optimizer.kind",
            "'optimizer' already sets",
        ),
        (
            {"grid": {"optimizer": [{"kind": "sgd", "lr": 1}], "optimizer.lr": [2]}},
            "grid/optimizer.lr",
            "already sets",
        ),
        ({"grid": {"layers.0": [8], "layers": [[300]]}}, "grid/layers.0", "'layers' already sets this key, with [300]"),
        ({"grid": {"layers": [[300], [8]], "layers.0.units": [4]}}, "grid/layers.0.units", "already sets"),
        ({"grid": {"layers.0": [4], "layers.0.units": [8]}}, "grid/layers.0.units", "'layers.0' already sets this key"),
        (
            {"grid": {"layers.00.units": [8], "layers.0.units": [4]}},
            "grid/layers.00.units",
            "'00' is not a position",
        ),
        ({"grid": {"batch_norm": [True, False], "batch_norm.momentum": [1]}}, "grid/batch_norm.momentum", "is false"),
        (
            {"grid": {"optimizer": ["sgd", "adam"], "optimizer.beta1": [0.5]}},
            "grid/optimizer.beta1",
            "'adam' and 'adamw'",
        ),
        ({"grid": {"init": ["zeros"], "init.distribution": ["normal"]}}, "grid/init.distribution", "'xavier' and 'he'"),
        ({"grid": {"tags": [["1"], [1]], "l2": [1, "1"]}}, "grid", "two changes have the label 'tags="),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_mistake_is_named_where_it_was_made(fields: dict[str, Any], path: str, words: str) -> None:
    found = mistakes(**fields)
    assert any(where == path and words in message for where, message in found), found


def test_every_member_that_is_wrong_is_reported() -> None:
    assert len(mistakes(grid={"optimizer.lr": [0, 0.1, -1], "l2": [1, 2]})) == 4


def test_the_objective_follows_from_the_task() -> None:
    found = expanded(request(grid={"l2": [1]})).request.objective
    assert found is not None
    assert (found.metric, found.goal) == ("validation_accuracy", "maximize")
    base = {"dataset": "diabetes", "layers": []}
    found = expanded(request(base=base, grid={"l2": [1]})).request.objective
    assert found is not None
    assert (found.metric, found.goal) == ("validation_loss", "minimize")


def test_an_extension_adds_what_is_new_and_nothing_twice() -> None:
    first = request(grid={"l2": [0.1, 0.2]}, seeds=[0])
    whole, new = extended_by(first, SweepExtension.model_validate({"seeds": [0, 1], "grid": {"l2": [0.2, 0.3]}}))
    assert {(member.label, member.seed) for member in new} == {
        ("l2=0.1", 1), ("l2=0.2", 1), ("l2=0.3", 0), ("l2=0.3", 1)
    }  # fmt: skip
    assert len(whole.members) == 6
    assert extended_by(whole.request, SweepExtension(seeds=(1,)))[1] == ()


def test_more_draws_leave_the_first_as_they_are() -> None:
    space = {"l2": {"kind": "uniform", "low": 0, "high": 1}}
    first = expanded(request(random={"n": 3, "space": space}))
    whole, new = extended_by(first.request, SweepExtension.model_validate({"random": {"n": 5}}))
    assert labels(whole)[:3] == labels(first)
    assert [member.label for member in new] == labels(whole)[3:]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"random": {"n": 5}}, "random"),
        ({"variants": {"x": {}}}, "variants"),
        ({"grid": {"l1": [1]}}, "grid/l1"),
        ({"grid": {"l2": [-1]}}, "grid/l2"),
        ({"seeds": list(range(1000))}, "seeds"),
    ],
)
def test_an_extension_that_does_not_fit_is_refused(more: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        extended_by(request(grid={"l2": [0.1, 0.2]}), SweepExtension.model_validate(more))
    assert caught.value.errors[0].path == path


WRITTEN_OUT = [
    (
        {"optimizer": ["sgd", "adam"], "optimizer.lr": [0.1, 0.01]},
        [SGD(lr=0.1), SGD(lr=0.01), Adam(lr=0.1), Adam(lr=0.01)],
    ),
    ({"init": ["xavier", "he"], "init.distribution": ["normal", "uniform"]}, None),
    ({"schedule": ["cosine", "exponential"], "schedule.warmup": [0, 1]}, None),
    ({"dataset": ["digits", "wine"], "dataset.limit": [20, 50]}, None),
    ({"layers": [[8], [16]], "layers.0.dropout": [0, 0.5]}, None),
    ({"layers.0": [8, 16], "layers.0.dropout": [0, 0.5]}, None),
    ({"layers.0": [8, 16], "layers.0.init.distribution": ["normal", "uniform"], "init": ["xavier"]}, None),
    ({"checkpoint": [2], "checkpoint.keep": [3], "epochs": [5, 6, 7, 8]}, None),
    ({"early_stopping": [True], "early_stopping.patience": [2, 3, 4, 5]}, None),
    ({"batch_norm": [True], "batch_norm.momentum": [0.1, 0.2, 0.3, 0.4]}, None),
    ({"layers.0.batch_norm": [True], "layers.0.batch_norm.momentum": [0.1, 0.2, 0.3, 0.4]}, None),
]


@pytest.mark.parametrize(("grid", "optimizers"), WRITTEN_OUT, ids=lambda value: json.dumps(value, default=str)[:50])
def test_a_path_leads_into_a_shorthand(grid: dict[str, list[Any]], optimizers: list[Any] | None) -> None:
    found = expanded(request(grid=grid))
    assert len({member.resolved.fingerprint for member in found.members}) == 4
    assert optimizers is None or [member.resolved.spec.optimizer for member in found.members] == optimizers
    space = {path: {"kind": "choice", "values": values} for path, values in grid.items()}
    drawn = expanded(request(random={"n": 4, "space": space}))
    assert sorted(labels(drawn)) == sorted(labels(found))


def test_a_path_into_a_layer_begins_with_what_the_experiment_says() -> None:
    base = {"dataset": "digits", "layers": [8, 4], "init": "xavier"}
    found = expanded(request(base=base, grid={"layers.0.init.distribution": ["uniform"]}))
    layers = dense_layers(found.members[0].resolved.spec)
    assert [layer.init for layer in layers] == [Xavier(distribution="uniform"), Xavier()]


def test_another_data_set_has_its_own_number_of_validation_examples() -> None:
    found = expanded(request(grid={"dataset.name": ["digits", "mnist"]}))
    assert [member.resolved.data.validation_examples for member in found.members] == [143, 5000]
    found = expanded(request(variants={"mnist": {"dataset": {"name": "mnist"}}}))
    assert [member.resolved.data.validation_examples for member in found.members] == [143, 5000]


HUGE = "x" * 900_000
MANY = [one / 1000 for one in range(1000)]
WASTEFUL: dict[str, tuple[dict[str, Any], str]] = {
    "a space with fewer members than are asked for": (
        {
            "random": {
                "n": 1000,
                "space": {
                    "layers.0.units": {"kind": "integer", "low": 1, "high": 2},
                    **{f"layers.1.{key}": {"kind": "choice", "values": [0]} for key in ("dropout", "units")},
                },
            }
        },
        "has only 2 distinct members",
    ),
    "a space of paths that no spec has": (
        {"random": {"n": 1000, "space": {f"x{i}.y": {"kind": "choice", "values": [1, 2]} for i in range(50)}}},
        "unknown key 'x0'",
    ),
    "ranges with one number in them": (
        {
            "random": {
                "n": 1000,
                "space": {
                    key: {"kind": "uniform", "low": 0.1, "high": 0.1000001}
                    for key in ("dropout", "l1", "l2", "clip_norm")
                },
            }
        },
        "has only",
    ),
    "a label of a megabyte in every mistake": ({"grid": {"notes": [HUGE], "l2": [-1, -2]}}, "20000 characters"),
    "a value of a megabyte in every experiment": ({"grid": {"notes": [HUGE], "l2": MANY}}, "MiB"),
    "a choice of a megabyte in every draw": (
        {
            "random": {
                "n": 1000,
                "space": {
                    "notes": {"kind": "choice", "values": [HUGE]},
                    "l2": {"kind": "uniform", "low": 0, "high": 1},
                },
            }
        },
        "MiB",
    ),
    "notes in every experiment": ({"base": BASE | {"notes": "x" * 20_000}, "grid": {"l2": MANY}}, "MiB"),
    "a large patch with many seeds": (
        {"variants": {"x": {"layers": [{"kind": "dense", "units": 4}] * 200}}, "seeds": list(range(500))},
        "layers together",
    ),
    "deep networks by the thousand": ({"grid": {"layers": [[one + 1] * 201 for one in range(1000)]}}, "10,000 layers"),
    "a deep base by the thousand": ({"base": BASE | {"layers": [8] * 200}, "grid": {"l2": MANY}}, "together|MiB"),
    "paths that lead into each other, none of which a spec has": (
        {"grid": {f"a{'.b' * i}": list(range(1, 1001)) for i in range(50)}},
        "unknown key 'a'",
    ),
    "paths that lead into a number": (
        {
            "random": {
                "n": 10,
                "space": {
                    f"layers.0.units{'.x' * i}": {"kind": "choice", "values": list(range(1, 1001))} for i in range(50)
                },
            }
        },
        "unknown key 'x'",
    ),
    "an object of a hundred thousand keys": (
        {"grid": {"optimizer": [{"kind": "sgd", **dict.fromkeys(map(str, range(50_000)), 1)}], "l2": [0, 1]}},
        "unknown key",
    ),
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", WASTEFUL)
def test_what_would_take_minutes_or_gigabytes_is_refused_at_once(name: str) -> None:
    fields, words = WASTEFUL[name]
    with pytest.raises(InvalidSpec, match=words) as caught:
        expanded(request(**fields))
    assert sum(len(one.path) + len(one.message) for one in caught.value.errors) < 100_000
    assert all(len(json.dumps(one.input)) < 3000 for one in caught.value.errors)


def test_a_space_that_just_suffices_is_found_whole() -> None:
    space = {
        path: {"kind": "integer", "low": 1, "high": 10} for path in ("layers.0.units", "layers.1.units", "batch_size")
    }
    assert len(set(labels(expanded(request(random={"n": 1000, "space": space}))))) == 1000


def test_a_stored_search_has_its_draws_though_a_new_one_like_it_is_refused() -> None:
    """The space has fifty choices that are almost always zero. Earlier versions made more attempts to find 52 different
    draws."""
    space = {
        f"layers.{i}.{key}": {"kind": "choice", "values": [0] * 999 + [0.5]}
        for i in range(2)
        for key in ("dropout", "units", *(f"x{j}" for j in range(23)))
    }
    known, more = (request(random={"n": n, "space": space}) for n in (10, 52))
    with pytest.raises(InvalidSpec, match="distinct members, but n is 52"):
        changes(more)
    found = [change.label for change in stored_changes(more)]
    assert len(set(found)) == len(found) == 52
    assert found[:10] == [change.label for change in changes(known)]


def test_a_stored_search_that_came_to_less_is_still_read() -> None:
    space = {"layers.0.units": {"kind": "integer", "low": 1, "high": 3}}
    assert len(stored_changes(request(random={"n": 5, "space": space}))) == 3


def test_labels_are_short_and_different() -> None:
    layers = [[{"kind": "dense", "units": 8, "dropout": 0.1}] * 9 + [last] for last in (4, 5)]
    found = labels(expanded(request(grid={"layers": layers, "l2": [0, 1]})))
    assert len(set(found)) == 4
    assert all(len(label) < 250 and "… #" in label for label in found)


def test_writing_out_can_be_ended_at_every_change() -> None:
    def check() -> None:
        seen.append(1)
        if len(seen) == 3:
            raise InterruptedError

    seen: list[int] = []
    with pytest.raises(InterruptedError):
        expand(request(grid={"l2": MANY}), facts_of, check)
