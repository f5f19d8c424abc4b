"""Findings depend only on a run's history, however often its worker was lost."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gradus.status import Status
from gradus.wire.finding import Finding
from gradus.wire.layer_report import LayerStatistics, MeasuredLayers
from gradus.wire.metrics import MetricsRow
from hub.jobs.claims import ClaimedExperiment
from insight.findings.registry import KINDS
from insight.run import Run
from tests.unit.insight.in_run.planted import PRIOR, planted, with_layers
from worker.run_histories import RunHistories
from worker.trainer.protocol import Ended, MemberRow

RUN = planted([2.31 - 0.0005 * i for i in range(60)], accuracies=0.11, optimizer={"kind": "sgd", "lr": 1e-5})
NAME = "exp_1"
LAYERS = (LayerStatistics(name="layers/0", units=300), LayerStatistics(name="layers/1", units=100, share=1e-5))
REPORTS = with_layers(RUN, *LAYERS).reports


def histories(epoch: int) -> RunHistories:
    """The histories of a job's runs, when the job is claimed after this epoch."""
    claimed = ClaimedExperiment(NAME, RUN.spec, RUN.data, epoch, 0.0, 0, (), 0)

    def read(_: str, after: int) -> Sequence[MetricsRow]:
        return RUN.rows[after : min(after + 7, epoch)]  # in pages

    found = RunHistories([claimed], read, lambda _: REPORTS[:epoch])
    found.begin({NAME: PRIOR})
    return found


def member(row: MetricsRow) -> MemberRow:
    """A member's report of an epoch."""
    measured = MeasuredLayers(report=REPORTS[row.epoch - 1])
    return MemberRow(id=NAME, row=row, best=True, measured=measured)


def follow(*attempts: tuple[int, int]) -> tuple[dict[int, tuple[Finding, ...]], tuple[Finding, ...]]:
    """The findings after each epoch and at the end, if each attempt trains from one epoch to another."""
    of: dict[int, tuple[Finding, ...]] = {}
    recorded = 0
    for first, last in attempts:
        attempt = histories(recorded)
        for row in RUN.rows[first:last]:
            for one in attempt.after_epoch([member(row)]).values():
                of[row.epoch] = one
        recorded = last
    return of, attempt.at_end(Ended(id=NAME, status=Status.SUCCEEDED))


@pytest.mark.parametrize("epoch", [7, 33, 45])
def test_a_resumed_run_has_the_findings_of_an_undisturbed_one(epoch: int) -> None:
    calm, resumed = follow((0, 60)), follow((0, epoch), (epoch - 3, 60))
    assert calm == resumed
    assert [one.id for one in calm[1]] == ["signal_collapse", "lr_too_low", "predicts_class_prior"]


def test_no_training_ends_for_a_finding_that_cannot_be_computed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(run: Run) -> None:
        raise KeyError(run.spec.seed)

    monkeypatch.setattr("insight.in_run.find.KINDS", [replace(KINDS[0], in_run=fail)])
    assert follow((0, 3)) == ({1: (), 2: (), 3: ()}, ())
    assert "KeyError" in caplog.text
