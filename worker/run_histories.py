"""The histories of a job's runs, in which findings are looked for after epochs and at the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from gradus.wire.experiment import Failure
from gradus.wire.finding import Finding
from gradus.wire.metrics import MetricsRow
from hub.jobs.claims import ClaimedExperiment
from insight.in_run.find import findings_in_run
from insight.looks import is_kept, is_look
from insight.prior import Prior
from insight.run import DivergenceCause, Run
from worker.trainer.protocol import MemberRow

ReadRows = Callable[[str, int], Sequence[MetricsRow]]
"""Reads the next rows of an experiment after an epoch; none at the end."""


class RunHistories:
    """What is known of the runs of one job. Findings are functions of it: those of a run that was resumed are those of
    one that was not."""

    def __init__(self, members: Sequence[ClaimedExperiment], read: ReadRows) -> None:
        """`read` reads what was recorded before this attempt, when it is first needed."""
        self._runs = {one.id: Run(one.spec, one.data, (), is_over=False) for one in members}
        self._rows: dict[str, list[MetricsRow]] = {}
        self._recorded = {one.id: one.epoch for one in members}
        self._read = read

    def begin(self, priors: Mapping[str, Prior]) -> None:
        """The data are loaded."""
        for one, prior in priors.items():
            self._runs[one] = replace(self._runs[one], prior=prior)

    def after_epoch(self, members: Sequence[MemberRow]) -> dict[str, tuple[Finding, ...]]:
        """The findings about the runs, after an epoch that findings look at; nothing after others."""
        found = {}
        for member in members:
            self._add(member.id, member.row)
            if is_look(member.row.epoch) and member.row.epoch > self._recorded[member.id]:
                found[member.id] = findings_in_run(self._run(member.id))
        return found

    def at_end(
        self, one: str, failure: Failure | None = None, cause: DivergenceCause | None = None
    ) -> tuple[Finding, ...]:
        """The findings about a run that is over."""
        return findings_in_run(replace(self._run(one), is_over=True, failure=failure, cause=cause))

    def _run(self, one: str) -> Run:
        return replace(self._runs[one], rows=tuple(self._rows_of(one)))

    def _add(self, one: str, row: MetricsRow) -> None:
        rows = self._rows_of(one)
        if rows and row.epoch <= rows[-1].epoch:
            return  # trained again after a loss
        if rows and not is_kept(rows[-1].epoch):
            del rows[-1]
        rows.append(row)

    def _rows_of(self, one: str) -> list[MetricsRow]:
        if one not in self._rows:
            self._rows[one] = self._earlier(one) if self._recorded[one] else []
        return self._rows[one]

    def _earlier(self, one: str) -> list[MetricsRow]:
        rows: list[MetricsRow] = []
        while page := self._read(one, rows[-1].epoch if rows else 0):
            rows[-1:] = [row for row in rows[-1:] if is_kept(row.epoch)]
            rows += [row for row in page if is_kept(row.epoch) or row is page[-1]]
        return rows
