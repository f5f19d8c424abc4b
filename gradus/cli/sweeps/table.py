"""A sweep's results, best first: mean and confidence interval of each change, its difference to the base, a word."""

from collections import Counter

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gradus.cli import words
from gradus.cli.screen import styled
from gradus.status import FailureCode, Status
from gradus.sweep.grain import places
from gradus.wire.sweep import FailedMember, SweepRecord, SweepResult, Verdict

BAR = 30
COLOURS = {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.CANNOT_TELL: ""}
HOPELESS = {FailureCode.DIVERGED.value, "for no known reason"}
"""Failures that another try would only repeat, as far as is known."""


def whole(record: SweepRecord) -> RenderableType:
    """What it is, how far it is, and what came of it."""
    parts: list[RenderableType] = [_head(record), "", results(record)]
    codes = Counter(_code(one) for result in record.results for one in result.failed)
    if codes:
        said = ", ".join(f"{count} {code}" for code, count in codes.items())
        again = "" if set(codes) <= HOPELESS else f"; to train them again: gradus sweep retry {record.id}"
        parts += ["", Text(f"failed: {said}{again}", style="red")]
    return Group(*parts)


def results(record: SweepRecord) -> Table:
    """A line for each change. What differs from the base is green where it is better, else red."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("change", overflow="fold")
    table.add_column(Group(*record.objective.metric.split("_")), justify="right", no_wrap=True)
    table.add_column("n", justify="right", no_wrap=True)
    if record.base_label is not None:
        table.add_column(Group("difference to", "the base, 95 %"), justify="right", no_wrap=True)
        table.add_column("which is", overflow="fold")
    for result in record.results:
        base = () if record.base_label is None else (_difference(record, result), _verdict(result))
        table.add_row(result.label, _mean(record, result), f"{result.n}/{len(result.seeds)}", *base)
    return table


def _head(record: SweepRecord) -> RenderableType:
    total = sum(record.counts.values())
    over = sum(count for status, count in record.counts.items() if status.final)
    counts = Text(", ").join(Text(f"{record.counts[one]} {one}", style=words.COLOURS[one]) for one in _there(record))
    grid = Table.grid(padding=(0, 2, 0, 0))
    bar = ProgressBar(total=max(1, total), completed=over, width=BAR)
    grid.add_row(styled(record.name or record.id, "bold"), bar, f"{over}/{total}", counts)
    return grid


def _code(member: FailedMember) -> str:
    return "for no known reason" if member.error is None else member.error.code.value


def _there(record: SweepRecord) -> list[Status]:
    return [status for status in Status if record.counts.get(status)]


def _mean(record: SweepRecord, result: SweepResult) -> str:
    """The interval is as wide on either side; both halves have the same decimals."""
    if result.mean is None:
        return words.number(None)
    decimals = places(record.grain or 0.0)
    mean = f"{result.mean:.{decimals}f}" if decimals < 4 else words.number(result.mean)
    if result.ci95 is None:
        return mean
    return f"{mean} ± {words.upward(result.ci95[1] - result.mean, decimals)}"


def _difference(record: SweepRecord, result: SweepResult) -> Text:
    if result.label == record.base_label:
        return Text("the base", style="dim")
    found = result.difference
    if found is None:
        return Text("–")
    decimals = places(record.grain or 0.0)
    mean, low, high = (words.signed(value, decimals) for value in (found.mean, *found.ci95))
    return Text(f"{mean} [{low}, {high}]")


def _verdict(result: SweepResult) -> Text:
    """In a word; of a change that failed with some seeds, only what is so with the others."""
    if result.verdict is None:
        return Text()
    told = result.verdict is not Verdict.CANNOT_TELL
    survivors = " where it succeeded" if told and result.succeeded < result.of else ""
    return Text(f"{result.verdict}{survivors}", style=COLOURS[result.verdict])
