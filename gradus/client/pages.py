"""What a notebook shows of a run and of a comparison: a few lines of HTML, without scripts."""

from collections.abc import Iterable, Sequence
from html import escape

from gradus.metrics import measured, score
from gradus.printable import printable
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow


def card(record: ExperimentRecord) -> str:
    """A run in a few lines."""
    progress = record.progress
    bar = f'<progress max="{progress.epochs}" value="{progress.epoch}"></progress> {progress.epoch}/{progress.epochs}'
    lines = [f"<b>{_html(record.name or record.id)}</b> <code>{_html(record.id)}</code>", f"{record.status} {bar}"]
    if record.best is not None:
        lines.append(f"best: {escape(scores(record.best))}")
    if record.error is not None:
        lines.append(f"{record.error.code}: {_html(record.error.message)}")
    return f"<div>{'<br>'.join(lines)}</div>"


def scores(row: MetricsRow) -> str:
    """A row in words: accuracies, or losses where there are none."""
    known = measured([row])
    shown = [score(known, "validation"), score(known, "test")]
    parts = ", ".join(f"{one.split} {getattr(row, one.key):.4g}" for one in shown)
    return f"{shown[0].panel} {parts} after epoch {row.epoch}"


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers to four digits."""
    return f"<table>{_line('th', head)}{''.join(_line('td', row) for row in rows)}</table>"


def _line(tag: str, cells: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_html(_text(cell))}</{tag}>' for cell in cells)}</tr>"


def _html(text: str) -> str:
    return escape(printable(text))


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return "" if cell is None else str(cell)
