"""Statistics and findings of the table that was just read, written beside it."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from gradus.wire.finding import FindingPage
from gradus.wire.message import Message
from preprocessing.findings.find import findings
from preprocessing.findings.question import Question
from preprocessing.statistics.columns import statistics
from preprocessing.stored_names import FINDINGS, STATISTICS
from preprocessing.table import Table
from reading.job import Job
from reading.messages import Log

MAX_CELLS = 50_000_000
"""Cells of a table above which it is not searched for findings, which takes memory for each row."""


def examine(job: Job, log: Callable[[Log], None]) -> None:
    """Compute the statistics and the findings. What cannot be computed is logged: the table can be used without."""
    table = Table(job.folder)
    wanted = job.request.target
    target = wanted if isinstance(wanted, str) and any(one.name == wanted for one in table.read.columns) else None
    steps: list[tuple[str, str, Callable[[], Message]]] = [
        ("statistics", STATISTICS, lambda: statistics(table, target))
    ]
    if table.rows * len(table.read.columns) <= MAX_CELLS:
        question = Question(target=target)
        steps.append(("findings", FINDINGS, lambda: FindingPage(data=findings(table, question))))
    else:
        log(Log(text=f"the table has more than {MAX_CELLS:,} cells: it is not searched for findings"))
    for what, name, compute in steps:
        job.report.progress(f"computing {what}", 0, table.rows, "rows")
        try:
            _write(job.folder / name, compute())
        except (MemoryError, ArithmeticError, LookupError, ValueError, duckdb.Error) as error:
            log(Log(text=f"the {what} could not be computed: {type(error).__name__}: {str(error)[:200]}"))


def _write(path: Path, found: Message) -> None:
    path.write_text(found.model_dump_json(), encoding="utf-8")
