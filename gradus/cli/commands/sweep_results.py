"""The results of a sweep, best first: mean and confidence interval of each change, difference to the base, verdict."""

from collections import Counter

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gradus.cli import labels, tables
from gradus.cli.console import styled
from gradus.status import FailureCode
from gradus.sweep.grain import places
from gradus.wire.sweep import FailedMember, SweepRecord, SweepResult, Verdict

BAR = 30
VERDICTS: dict[str, tuple[str, str]] = {
    Verdict.BETTER: ("better", "green"),
    Verdict.WORSE: ("worse", "red"),
    Verdict.CANNOT_TELL: ("unclear", ""),
}
"""How each verdict is shown: its text and its color."""
NOT_RETRIED = {str(FailureCode.DIVERGED), "unknown"}
"""Failures that a retry would most likely repeat."""


def page(record: SweepRecord) -> RenderableType:
    """The sweep's name, progress and results."""
    parts: list[RenderableType] = [_head(record), "", results(record)]
    codes = Counter(_code(one) for result in record.results for one in result.failed)
    if codes:
        counts = ", ".join(f"{count} {code}" for code, count in codes.items())
        again = "" if set(codes) <= NOT_RETRIED else f"; to train them again: gradus sweeps retry {record.id}"
        parts += ["", Text(f"failed: {counts}{again}", style="red")]
    return Group(*parts)


def results(record: SweepRecord) -> Table:
    """A line for each change; its verdict is green if it is better than the base, red if worse."""
    table = tables.borderless()
    table.add_column("change", overflow="fold")
    table.add_column(Group(*record.objective.metric.split("_")), justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    if record.base_label is not None:
        table.add_column(Group("difference to", "the base, 95 %"), justify="right", no_wrap=True)
        table.add_column("verdict", overflow="fold")
    for result in record.results:
        base = () if record.base_label is None else (_difference(record, result), _verdict(result))
        table.add_row(result.label, _mean(record, result), f"{result.n}/{len(result.seeds)}", *base)
    return table


def _head(record: SweepRecord) -> RenderableType:
    total = sum(record.counts.values())
    ended = record.members_over
    present = ((status, count) for status, count in record.counts.items() if count)
    counts = Text(", ").join(styled(f"{count} {status}", labels.COLORS.get(status, "")) for status, count in present)
    grid = Table.grid(padding=(0, 2, 0, 0))
    bar = ProgressBar(total=max(1, total), completed=ended, width=BAR)
    grid.add_row(styled(record.name or record.id, "bold"), bar, f"{ended}/{total}", counts)
    return grid


def _code(member: FailedMember) -> str:
    return "unknown" if member.error is None else str(member.error.code)


def _mean(record: SweepRecord, result: SweepResult) -> str:
    """The mean and half of its confidence interval, which is symmetric."""
    if result.mean is None:
        return labels.number(None)
    decimals = places(record.grain or 0.0)
    mean = f"{result.mean:.{decimals}f}" if decimals < 4 else labels.number(result.mean)
    if result.ci95 is None:
        return mean
    return f"{mean} ± {labels.upward(result.ci95[1] - result.mean, decimals)}"


def _difference(record: SweepRecord, result: SweepResult) -> Text:
    if result.label == record.base_label:
        return Text("the base", style="dim")
    found = result.difference
    if found is None:
        return Text("–")
    decimals = places(record.grain or 0.0)
    mean, low, high = (labels.signed(value, decimals) for value in (found.mean, *found.ci95))
    return Text(f"{mean} [{low}, {high}]")


def _verdict(result: SweepResult) -> Text:
    """The verdict in a word; if some seeds failed, it says that it holds only for the others."""
    if result.verdict is None:
        return Text()
    text, color = VERDICTS.get(result.verdict, (str(result.verdict), ""))
    partial = " where it succeeded" if color and result.succeeded < result.of else ""
    return styled(f"{text}{partial}", color)
