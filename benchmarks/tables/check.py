"""A file through the whole service: upload, statistics, findings, dry run, two seeds, metrics."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.tables import pictures, reference
from benchmarks.tables.case import Case, Folders, alarms_of
from benchmarks.tables.metrics import Agreement, agreement, run_of
from benchmarks.tables.service import Served
from preprocessing.table import Table

SEEDS = [0, 1]
EPOCHS = 2
SKLEARN = 1e-12
"""Largest relative difference between our losses and scikit-learn's, both from the network's own outputs."""
NUMPY = 1e-4
"""Largest relative difference from the losses of a forward pass in float64, because a float32 network has rounding
errors."""


@dataclass(frozen=True)
class Checked:
    """The results for a file."""

    name: str
    rows: int
    columns: int
    task: str
    inputs: int
    faults: tuple[str, ...]
    """What is wrong, in sentences; empty if nothing is wrong."""
    alarms: frozenset[str]
    agreement: Agreement
    seconds: float


def check(case: Case, served: Served, folders: Folders) -> Checked:
    """Run a file through the service.

    Raises:
        Missing: a file is not available.
        AssertionError: the service refuses, or a run fails.
    """
    started = time.monotonic()
    files = case.files(folders)
    record = served.upload(case.name, files, case.parse, case.target)
    found = served.ask("GET", f"/v1/datasets/{case.name}/statistics")
    alarms = alarms_of(served.ask("GET", f"/v1/datasets/{case.name}/findings")["data"])
    differ = pictures.differences if _has_pictures(record) else partial(reference.differences, case)
    faults = differ(files, record, found)
    faults += [f"alarm that was not expected: {one}" for one in sorted(alarms - case.alarms)]
    faults += [f"no alarm: {one}" for one in sorted(case.alarms - alarms)]
    spec = {
        "dataset": {"name": case.name, **case.words},
        "layers": [16],
        "epochs": EPOCHS,
        "batch_size": 64,
        "device": "cpu",
    }
    dry = served.ask("POST", "/v1/experiments?dry_run=true", json=spec)
    runs = [run_of(served.folder, one) for one in _trained(served, spec)]
    if dry["fingerprint"] != served.ask("GET", f"/v1/experiments/{runs[0].id}")["fingerprint"]:
        faults.append("the dry run has another fingerprint than the run")
    worst = _worst(agreement(runs, _table(served, record)))
    faults += [f"loss {worst.sklearn:.1e} from scikit-learn's"] if worst.sklearn > SKLEARN else []
    faults += [f"loss {worst.numpy:.1e} from that in float64"] if worst.numpy > NUMPY else []
    inputs = runs[0].plan.inputs
    return Checked(
        case.name,
        record["rows"],
        len(found["columns"]),
        dry["task"],
        inputs,
        tuple(faults),
        alarms,
        worst,
        time.monotonic() - started,
    )


def _has_pictures(record: Any) -> bool:
    return any(column["type"] == "image" for column in record["columns"])


def _trained(served: Served, spec: dict[str, Any]) -> list[Any]:
    """The records of the runs for each seed, once they have ended."""
    request = {"base": spec, "grid": {"epochs": [EPOCHS]}, "seeds": SEEDS}
    sweep = served.client.sweeps.create(request)
    while not sweep.record.over:
        time.sleep(0.2)
        sweep = sweep.refresh()
    records = [served.ask("GET", f"/v1/experiments/{one}") for one in sweep.record.results[0].experiments]
    for record in records:
        assert record["status"] == "succeeded", record["error"]
    return records


def _worst(found: list[Agreement]) -> Agreement:
    return Agreement(max(one.sklearn for one in found), max(one.numpy for one in found))


def _table(served: Served, record: Any) -> Table:
    """The stored table of the only version with this digest."""
    tables = [Table(Path(path.parent)) for path in served.folder.glob("artifacts/ver_*/*/facts.json")]
    return next(table for table in tables if table.read.digest == record["digest"])
