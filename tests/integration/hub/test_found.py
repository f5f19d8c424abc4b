"""Findings about a run are recorded, sent as events when they are new or more severe, and kept as notes when they are
over."""

import pytest

from gradus.status import Status
from gradus.wire.finding import Finding
from hub.experiments import events
from hub.experiments.mapping import stored_findings
from hub.hub import Hub
from hub.jobs import data_findings, runs
from hub.tables import ExperimentRow
from tests.integration.hub.work import claim, metrics_row, submit

WARNING = Finding(id="lr_too_low", severity="warning", evidence=(), because="The steps are short.")
CRITICAL = WARNING.model_copy(update={"severity": "critical"})
CLASS = Finding(
    id="predicts_class_prior", severity="critical", evidence=(), because="Nothing.", consequence_of="lr_too_low"
)
LEAK = Finding(id="data_leak", severity="warning", column="a", evidence=(), because="It tells the target.")

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def test_findings_follow_the_run(hub: Hub) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    looks = [(WARNING,), (WARNING.model_copy(update={"because": "Now 0.2."}),), None, (CRITICAL, CLASS), ()]
    with hub.write() as session:
        data_findings.record_findings(session, claimed.lease, [row.id], [LEAK, LEAK.model_copy(update={"column": "b"})])
    for epoch, found in enumerate(looks[:3], start=1):
        with hub.write() as session:
            result = runs.EpochResult(metrics_row(epoch), best=True, findings=found)
            runs.record_epochs(session, claimed.lease, {row.id: result})
    with hub.read() as session:
        now = stored_findings(session.get_one(ExperimentRow, row.id))
        assert [(one.id, one.column, one.because) for one in now if one.id == "lr_too_low"] == [
            ("lr_too_low", None, "Now 0.2.")
        ]
        assert [one.column for one in now if one.id == "data_leak"] == ["a", "b"]
    with hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED, epoch=3, findings=(CRITICAL, CLASS))
    with hub.read() as session:
        log = events.of_experiment(session, row.id, 0, 100)
        told = [Finding.model_validate_json(one.data) for one in log if one.kind == "finding"]
        assert [(one.id, one.severity) for one in told] == [
            ("data_leak", "warning"),
            ("data_leak", "warning"),
            ("lr_too_low", "warning"),
            ("lr_too_low", "critical"),
            ("predicts_class_prior", "critical"),
        ]
        assert log[-1].kind == "end"
        ids = [one.id for one in stored_findings(session.get_one(ExperimentRow, row.id))]
        assert ids == ["lr_too_low", "predicts_class_prior", "data_leak", "data_leak"]


def test_an_alarm_that_is_over_stays_as_a_note(hub: Hub) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    for epoch, found in enumerate([(WARNING,), (), ()], start=1):
        with hub.write() as session:
            result = runs.EpochResult(metrics_row(epoch), best=True, findings=found)
            runs.record_epochs(session, claimed.lease, {row.id: result})
    with hub.read() as session:
        (kept,) = stored_findings(session.get_one(ExperimentRow, row.id))
        told = [one for one in events.of_experiment(session, row.id, 0, 100) if one.kind == "finding"]
    assert (kept.severity, kept.because) == ("note", "No longer so after epoch 2. Before: The steps are short.")
    assert len(told) == 2
