"""The histories of a job's runs, in which findings are looked for after epochs and at the end."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from gradus.wire.finding import Finding
from gradus.wire.layer_report import LayerReport
from gradus.wire.metrics import MetricsRow
from hub.jobs.claims import ClaimedExperiment
from insight.in_run.find import findings_in_run
from insight.looks import is_kept, is_look
from insight.prior import Prior
from insight.run import Run
from worker.trainer.protocol import Ended, MemberRow

ReadRows = Callable[[str, int], Sequence[MetricsRow]]
"""Reads the next rows of an experiment after an epoch; none at the end."""
ReadReports = Callable[[str], Sequence[LayerReport]]
"""Reads all reports about the layers of an experiment."""

Epoch = TypeVar("Epoch", MetricsRow, LayerReport)
logger = logging.getLogger(__name__)


class RunHistories:
    """The histories of the runs of one job. Findings are functions of them, so a resumed run has the same findings as
    an uninterrupted one."""

    def __init__(self, members: Sequence[ClaimedExperiment], read: ReadRows, read_reports: ReadReports) -> None:
        """`read` and `read_reports` read what was recorded before this attempt, when it is first needed."""
        self._runs = {one.id: Run(one.spec, one.data, (), is_over=False) for one in members}
        self._rows: dict[str, list[MetricsRow]] = {}
        self._recorded = {one.id: one.epoch for one in members}
        self._reports: dict[str, list[LayerReport]] = {}
        self._read, self._read_reports = read, read_reports

    def begin(self, priors: Mapping[str, Prior]) -> None:
        """Set the priors of the runs, once the data are loaded."""
        for one, prior in priors.items():
            self._runs[one] = replace(self._runs[one], prior=prior)

    def after_epoch(self, members: Sequence[MemberRow]) -> dict[str, tuple[Finding, ...]]:
        """The findings about the runs after an epoch, if findings are looked for in it; none after other epochs."""
        found = {}
        for member in members:
            self._add(member)
            if is_look(member.row.epoch) and member.row.epoch > self._recorded[member.id]:
                found[member.id] = _found(self._run(member.id))
        return found

    def at_end(self, end: Ended) -> tuple[Finding, ...]:
        """The findings about a run that is over."""
        run = replace(self._run(end.id), is_over=True, failure=end.failure, cause=end.cause, recalls=end.recalls)
        return _found(run)

    def _run(self, one: str) -> Run:
        rows, reports = tuple(self._rows_of(one)), tuple(self._reports_of(one))
        return replace(self._runs[one], rows=rows, reports=reports)

    def _add(self, member: MemberRow) -> None:
        rows, reports = self._rows_of(member.id), self._reports_of(member.id)
        if rows and member.row.epoch <= rows[-1].epoch:
            return  # trained again after its worker or trainer was lost
        _append(rows, member.row)
        if member.measured is not None:
            _append(reports, member.measured.report)

    def _rows_of(self, one: str) -> list[MetricsRow]:
        if one not in self._rows:
            self._rows[one] = self._earlier(one) if self._recorded[one] else []
        return self._rows[one]

    def _reports_of(self, one: str) -> list[LayerReport]:
        if one not in self._reports:
            earlier = self._read_reports(one) if self._recorded[one] else ()
            self._reports[one] = [report for report in earlier if is_kept(report.epoch) or report is earlier[-1]]
        return self._reports[one]

    def _earlier(self, one: str) -> list[MetricsRow]:
        rows: list[MetricsRow] = []
        while page := self._read(one, rows[-1].epoch if rows else 0):
            rows[-1:] = [row for row in rows[-1:] if is_kept(row.epoch)]
            rows += [row for row in page if is_kept(row.epoch) or row is page[-1]]
        return rows


def _append(kept: list[Epoch], new: Epoch) -> None:
    """Add an epoch, and drop the previous one unless it is among the epochs that are kept."""
    if kept and not is_kept(kept[-1].epoch):
        del kept[-1]
    kept.append(new)


def _found(run: Run) -> tuple[Finding, ...]:
    """The findings; none if they could not be computed, as this must not end the training."""
    try:
        return findings_in_run(run)
    except Exception:
        logger.exception("findings could not be computed")
        return ()
