"""What a notebook shows of an experiment, a sweep or a comparison: a few lines of HTML, without scripts."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from gradus.metrics import measured, score
from gradus.printable import printable
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow
from gradus.wire.sweep import SweepRecord, SweepResult, SweepSummary


def experiment_card(record: ExperimentRecord) -> str:
    """An experiment in a few lines."""
    progress = record.progress
    bar = f'<progress max="{progress.epochs}" value="{progress.epoch}"></progress> {progress.epoch}/{progress.epochs}'
    lines = [_title(record.name, record.id), f"{_html(record.status)} {bar}"]
    if record.best is not None:
        lines.append(f"best: {escape(scores(record.best))}")
    if record.error is not None:
        lines.append(_html(f"{record.error.code}: {record.error.message}"))
    return f"<div>{'<br>'.join(lines)}</div>"


def sweep_card(record: SweepSummary) -> str:
    """A sweep in a few lines, and its results if they are known."""
    counts = ", ".join(f"{count} {status}" for status, count in record.counts.items() if count)
    head = f"{_title(record.name, record.id)}<br>{_html(f'{record.status}: {counts}')}"
    lines = [result_line(result) for result in record.results] if isinstance(record, SweepRecord) else []
    shown = ("label", "mean", "std", "n", "difference", "verdict")
    results = grid(shown, ([line[key] for key in shown] for line in lines)) if lines else ""
    return f"<div>{head}{results}</div>"


def result_line(result: SweepResult) -> dict[str, Any]:
    """A result of a sweep as a row of a table: the change, and what it achieved."""
    low, high = result.ci95 or (None, None)
    return {
        "label": result.label,
        **result.changes,
        "mean": result.mean,
        "std": result.std,
        "ci95_low": low,
        "ci95_high": high,
        "n": result.n,
        "failed": len(result.failed),
        "difference": result.difference and result.difference.mean,
        "verdict": result.verdict and str(result.verdict),
    }


def scores(row: MetricsRow) -> str:
    """A row as text: the accuracies, or the losses if there are no accuracies."""
    known = measured([row])
    shown = [score(known, "validation"), score(known, "test")]
    parts = ", ".join(f"{one.split} {getattr(row, one.key):.4g}" for one in shown)
    return f"{shown[0].panel} {parts} after epoch {row.epoch}"


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers have four digits."""
    return f"<table>{_line('th', head)}{''.join(_line('td', row) for row in rows)}</table>"


def _line(tag: str, cells: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_html(_text(cell))}</{tag}>' for cell in cells)}</tr>"


def _title(name: str, of: str) -> str:
    return f"<b>{_html(name or of)}</b> <code>{_html(of)}</code>"


def _html(text: str) -> str:
    return escape(printable(text))


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else str(cell)
