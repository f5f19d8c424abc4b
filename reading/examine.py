"""Statistics and findings of the table that was just read, written beside it."""

import traceback
from collections.abc import Callable
from pathlib import Path

from gradus.wire.finding import FindingPage
from gradus.wire.message import Message
from preprocessing.findings.ask import uploaded_question
from preprocessing.findings.find import findings
from preprocessing.statistics.columns import statistics
from preprocessing.stored_names import FINDINGS, STATISTICS
from preprocessing.table import Table
from reading.full_disk import is_disk_full
from reading.job import Job
from reading.machine import is_refused
from reading.messages import Log


def examine(job: Job, log: Callable[[Log], None]) -> None:
    """Compute the statistics and the findings. What cannot be computed is logged: the table can be used without.

    Raises:
        OSError, duckdb.Error: the disk is full, or the machine hindered it otherwise, so that they may be computed
            later.
    """
    table = Table(job.request.table or job.folder)
    wanted = job.request.target
    if wanted is None and job.request.table is None:  # the default target of a data set that is read for the first time
        wanted = table.read.label
    target = wanted if isinstance(wanted, str) and any(one.name == wanted for one in table.read.columns) else None
    question = uploaded_question(table.facts("", 1).model_copy(update={"target": target}))

    def progress(done: int) -> None:
        job.report.progress("computing statistics", done, len(table.read.columns), "columns")

    steps: tuple[tuple[str, str, Callable[[], Message]], ...] = (
        ("statistics", STATISTICS, lambda: statistics(table, target, progress)),
        ("findings", FINDINGS, lambda: FindingPage(data=findings(table, question))),
    )
    for what, name, compute in steps:
        try:
            _write(job.folder / name, compute())
        except Exception as error:  # a check may fail on an unforeseen table
            if is_disk_full(error) or is_refused(error):
                raise
            traceback.print_exception(error)
            log(Log(text=f"the {what} could not be computed: {type(error).__name__}: {str(error)[:200]}"))


def _write(path: Path, found: Message) -> None:
    part = path.with_suffix(".part")  # so that no partial file is left if this process is killed
    part.write_text(found.model_dump_json(), encoding="utf-8")
    part.rename(path)
