"""Experiments in the database: filters, pages, deletion."""

import pytest
from sqlalchemy import update

from gradus.spec.experiment import Spec
from gradus.status import Status
from hub.experiments import experiments, lists
from hub.experiments.lists import Filter
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.tables import ExperimentRow, JobRow, TagRow
from tests.built_in import resolved
from tests.integration.hub.work import claim, submit, train_epoch


def found(hub: Hub, shown: Filter) -> list[str]:
    with hub.read() as session:
        return [row.id for row in lists.page(session, "default", shown, None, 100)]


def test_ids_sort_by_age_and_pages_meet_without_gap(hub: Hub) -> None:
    ids = [submit(hub).id for _ in range(7)]
    walked: list[str] = []
    with hub.read() as session:
        while page := lists.page(session, "default", Filter(), walked[-1] if walked else None, 3):
            walked += [row.id for row in page]
    assert walked == sorted(ids, reverse=True) == ids[::-1]


def test_pages_of_several_statuses_meet_without_gap(hub: Hub) -> None:
    ids = [submit(hub).id for _ in range(6)]
    claim(hub, submit(hub))
    with hub.write() as session:
        session.execute(update(ExperimentRow).where(ExperimentRow.id.in_(ids[::2])).values(status=Status.FAILED))
    shown, walked = Filter(statuses=(Status.QUEUED, Status.FAILED)), list[str]()
    with hub.read() as session:
        while page := lists.page(session, "default", shown, walked[-1] if walked else None, 2):
            walked += [row.id for row in page]
    assert walked == ids[::-1]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (Filter(statuses=(Status.RUNNING,)), {"wine"}),
        (Filter(statuses=(Status.RUNNING, Status.QUEUED)), {"digits", "wine"}),
        (Filter(statuses=(Status.QUEUED, Status.FAILED), tag="b"), {"digits"}),
        (Filter(statuses=(Status.QUEUED, Status.FAILED), q="wine"), set()),
        (Filter(dataset="digits"), {"digits"}),
        (Filter(tag="b"), {"digits", "wine"}),
        (Filter(tag="b", dataset="wine"), {"wine"}),
        (Filter(q="WI"), {"wine"}),
        (Filter(q="100%"), {"digits"}),
        (Filter(q="_"), set()),
        (Filter(sweep="swp_1"), set()),
    ],
)
def test_filters_show_what_they_name(hub: Hub, shown: Filter, expected: set[str]) -> None:
    ids = {
        submit(hub, name="digits", tags=["a", "b"], notes="100% sure").id: "digits",
        (wine := submit(hub, name="Wine", dataset="wine", tags=["b", "b"])).id: "wine",
    }
    claim(hub, wine)
    if shown.q == "_":  # every id has one: look at names and notes alone
        shown = Filter(q="_", tag="none")
    assert {ids[one] for one in found(hub, shown)} == expected


def test_only_those_that_are_named_are_shown_and_others_than_the_workspace_s_never(hub: Hub) -> None:
    wanted = [submit(hub, name=name).id for name in ("ox", "cow", "li on")][::2]
    assert found(hub, Filter(ids=(*wanted, "exp_none"))) == wanted[::-1]
    assert found(hub, Filter(ids=tuple(wanted), q="li on")) == wanted[1:]
    with hub.read() as session:
        assert lists.page(session, "other", Filter(ids=tuple(wanted)), None, 9) == []


def test_the_record_holds_the_whole_resolved_spec(hub: Hub) -> None:
    spec = {"name": "n", "tags": ["x"], "notes": "why", "dataset": "wine", "layers": [3], "optimizer": "sgd"}
    row = submit(hub, **spec)
    with hub.read() as session:
        stored = experiments.get(session, row.id)
    assert stored is not None
    assert record(stored).spec == resolved(Spec(**{**spec, "epochs": 3})).spec


def test_removing_an_experiment_takes_everything_of_it(hub: Hub) -> None:
    row = submit(hub, tags=["a"])
    train_epoch(hub, claim(hub, row), 1)
    with hub.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        experiments.remove(session, locked)
    with hub.read() as session:
        assert experiments.get(session, row.id) is None
        assert session.query(TagRow).count() == session.query(JobRow).count() == 0
