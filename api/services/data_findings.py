"""What is wrong with an uploaded data set, for the target and the splits of a spec, before it is submitted."""

from functools import lru_cache
from pathlib import Path

from gradus.dataset_plan import DatasetPlan
from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.wire.finding import Finding

MAX_CELLS = 5_000_000
"""Limit on the cells of a table that a dry run examines: more would take seconds. Experiments examine every table."""
CACHED = 64
"""Limit on cached answers: a form asks again after every change, most of which are not about the data."""


def findings_of(resolved: ResolvedSpec, folder: Path) -> tuple[Finding, ...] | None:
    """The findings about the stored table in this folder; None if it is too large for a dry run."""
    from preprocessing.findings.balance import unanswered  # noqa: PLC0415 (not every API can read tables)

    dataset = resolved.spec.dataset
    asked = dataset.model_copy(update={"name": "table", "class_weights": None})
    found = _findings(str(folder), asked.model_dump_json(), resolved.data.model_dump_json())
    return None if found is None else unanswered(found, dataset.class_weights)


@lru_cache(maxsize=CACHED)
def _findings(folder: str, words: str, plan: str) -> tuple[Finding, ...] | None:
    from preprocessing.findings.ask import experiment_question  # noqa: PLC0415
    from preprocessing.findings.find import findings  # noqa: PLC0415
    from preprocessing.parts import rows_of  # noqa: PLC0415
    from preprocessing.table import Table  # noqa: PLC0415

    table = Table(Path(folder))
    if table.rows * len(table.read.columns) > MAX_CELLS:
        return None
    dataset, data = Dataset.model_validate_json(words), DatasetPlan.model_validate_json(plan)
    rows = rows_of(dataset, data.classes, table, dataset.limit)
    return findings(table, experiment_question(dataset, data.task, table.facts("", 1), rows))
