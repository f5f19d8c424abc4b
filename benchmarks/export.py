"""Predictions and exports of real tables and of built-in data: `nice -n 19 python -m benchmarks.export`.

Each data set is uploaded and trained through the service. Then its own file is sent back as CSV, and the answers are
held against a computation in float64 from the stored table, whose rows were read and encoded by the code that trained.
The downloaded ONNX model is asked about the same rows. `GRADUS_DATASETS_DIR` names the folder of the tables.
"""

import argparse
import csv
import io
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Sample, header
from benchmarks.tables.case import Case, Folders
from benchmarks.tables.files import FILES
from benchmarks.tables.service import Served, service
from export.check import AS_ROUNDED, TOLERANCE
from export.checkpoint import read_trained
from export.feeds import feeds
from export.reference import in_own_units, outputs, probabilities
from export.session import Session
from export.trained import Trained
from gradus.dataset_plan import DatasetPlan
from gradus.datasets import DATASETS
from gradus.resolution import built_in
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from preprocessing.column import Column
from preprocessing.encode import transform
from preprocessing.table import Table
from worker.data.tables import read_table

MOST = 10_000
"""Number of rows in one request."""
ONE_ROW = 200
"""How often a prediction for one row is requested."""
BUILT_IN = ("digits", "wine", "breast_cancer", "diabetes")
COLUMNS = (
    "| data | rows | inputs | HTTP | ONNX | float32 | first answer, ms | one row, ms: p50, p99 | CSV rows/s | fault |"
)


@dataclass(frozen=True)
class Asked:
    """The results for one data set."""

    rows: int
    inputs: int
    http: float
    """Largest difference of a probability, or of a target in standard deviations."""
    onnx: float
    float32: float
    """The largest difference if numpy does the same computation in float32."""
    first_ms: float
    one_row: Sample
    rows_per_second: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these data sets")
    wanted = parser.parse_args().names
    datasets = Path(os.environ["GRADUS_DATASETS_DIR"])
    print(header("Predictions of real tables", ("onnx", "onnxruntime", "numpy", "torch")))
    print(f"{COLUMNS}\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="gradus-export-") as name, service(Path(name)) as served:
        folders = Folders(datasets, Path(name) / "packages", Path(name) / "made")
        for case in FILES:
            if (case.name in wanted or not wanted) and list((datasets / "tables").glob(f"{case.name}*.csv")):
                wrong += _line(case.name, lambda case=case: _uploaded(case, served, folders))
        for built in BUILT_IN:
            if built in wanted or not wanted:
                wrong += _line(built, lambda built=built: _built_in(built, served))
    sys.exit(wrong)


def _line(name: str, ask: Any) -> bool:
    """Print the line of a data set; returns whether something is wrong."""
    try:
        found: Asked = ask()
    except AssertionError as error:
        print(f"| {name} | failed: {error} |", flush=True)
        return True
    bar = max(TOLERANCE, AS_ROUNDED * found.float32)
    fault = found.http > bar or found.onnx > bar
    differences = (f"{one:.1e}" for one in (found.http, found.onnx, found.float32))
    one = f"{found.one_row.median:.1f}, {found.one_row.quantile(0.99):.1f}"
    cells = (name, found.rows, found.inputs, *differences, f"{found.first_ms:.0f}", one)
    print(
        f"| {' | '.join(map(str, cells))} | {found.rows_per_second:,.0f} | {'yes' if fault else 'none'} |", flush=True
    )
    return fault


def _uploaded(case: Case, served: Served, folders: Folders) -> Asked:
    files = case.files(folders)
    record = served.upload(case.name, files, case.parse, case.target)
    id_, trained = _trained(served, {"name": case.name, **case.words})
    table = next(
        Table(path.parent)
        for path in served.folder.glob("artifacts/ver_*/*/facts.json")
        if Table(path.parent).read.digest == record["digest"]
    )
    text = files[0].path.read_text(encoding="utf-8-sig")
    if not table.read.parse["header"]:
        names = table.read.parse["delimiter"].join(column.name for column in table.read.columns)
        text = f"{names}\n{text}"
    lines = text.splitlines(keepends=True)[: MOST + 1]
    rows = min(len(lines) - 1, table.read.files[0].rows, MOST)
    columns = table.chunk(trained.fitted.names, 0, rows)
    return _asked(served, id_, trained, columns, "".join(lines[: rows + 1]), rows)


def _built_in(name: str, served: Served) -> Asked:
    id_, trained = _trained(served, {"name": name})
    values, names = read_table(DATASETS[name]).inputs, DATASETS[name].columns
    present = np.zeros(len(values), dtype=np.bool_)
    arrays = [values] if len(names) == 1 else list(values.T)
    columns = {one: Column(its, present) for one, its in zip(names, arrays, strict=True)}
    if len(names) == 1:
        return _asked(served, id_, trained, columns, None, len(values))
    text = io.StringIO()
    csv.writer(text).writerows([names, *values.tolist()])
    return _asked(served, id_, trained, columns, text.getvalue(), len(values))


def _trained(served: Served, dataset: dict[str, Any]) -> tuple[str, Trained]:
    spec = {"dataset": dataset, "layers": [32, 16], "batch_norm": True, "epochs": 2, "device": "cpu"}
    experiment = served.client.experiments.create(spec).wait()
    assert experiment.status == "succeeded", experiment.error
    full = Spec.model_validate(experiment.record.model_dump(mode="json")["spec"])
    resolved = ResolvedSpec(full, _plan(served, experiment.id, full))
    best = experiment.best
    assert best is not None
    folder = next((served.folder / "artifacts" / experiment.id).glob(f"*-{best.epoch}-*"))
    return experiment.id, read_trained(folder, resolved, "last")


def _plan(served: Served, id_: str, spec: Spec) -> DatasetPlan:
    if spec.dataset.digest is None:
        return built_in.plan(spec.dataset, DATASETS[spec.dataset.name])
    with closing(sqlite3.connect(f"file:{served.folder / 'gradus.db'}?mode=ro", uri=True)) as database:
        (text,) = database.execute("SELECT data FROM experiments WHERE id = ?", [id_]).fetchone()
    return DatasetPlan.model_validate_json(text)


def _asked(
    served: Served, id_: str, trained: Trained, columns: Mapping[str, Column], text: str | None, rows: int
) -> Asked:
    path = f"/v1/experiments/{id_}/predict"
    inputs = transform(trained.fitted, columns)
    wanted, rounded = (_answer(trained, outputs(trained, inputs, dtype)) for dtype in (np.float64, np.float32))
    first = {name: _json(trained, column, name) for name, column in columns.items()}
    began = time.perf_counter()
    served.ask("POST", path, json={"rows": [first], "absent": "missing"})
    first_ms = 1000 * (time.perf_counter() - began)
    one_row = []
    for _ in range(ONE_ROW):
        began = time.perf_counter()
        served.ask("POST", path, json={"rows": [first], "absent": "missing"})
        one_row.append(1000 * (time.perf_counter() - began))
    seconds, found = _http(served, path, text, columns, trained, rows)
    content = served.http.get(f"/v1/experiments/{id_}/export/model.onnx").content
    alone = Session(content).run(feeds(trained.fitted, columns))
    onnx = alone["probabilities" if trained.data.task != "regression" else "prediction"]
    return Asked(
        rows,
        trained.fitted.inputs,
        _difference(trained, found, wanted),
        _difference(trained, onnx, wanted),
        _difference(trained, rounded, wanted),
        first_ms,
        Sample(tuple(one_row)),
        rows / seconds,
    )


def _http(
    served: Served, path: str, text: str | None, columns: Mapping[str, Column], trained: Trained, rows: int
) -> tuple[float, NDArray[np.float64]]:
    """Predict all rows over HTTP; returns the seconds, and the probabilities or targets of all rows."""
    began = time.perf_counter()
    if text is None:
        (values,) = (column.values.tolist() for column in columns.values())
        answer = served.ask("POST", path, json={"columns": list(columns), "data": [[value] for value in values]})
        return time.perf_counter() - began, np.array([list(one["probabilities"].values()) for one in answer["data"]])
    response = served.http.post(path, content=text.encode(), headers={"Content-Type": "text/csv"})
    assert response.is_success, response.text[:500]
    seconds = time.perf_counter() - began
    answers = list(csv.DictReader(io.StringIO(response.text)))
    assert len(answers) == rows, f"{len(answers)} answers to {rows} rows"
    names = [name for name in answers[0] if name.startswith("probability_")]
    if trained.data.task == "regression":
        names = [name for name in answers[0] if name.startswith("prediction")]
    return seconds, np.array([[float(one[name]) for name in names] for one in answers])


def _answer(trained: Trained, found: NDArray[np.floating]) -> NDArray[np.floating]:
    shares = probabilities(trained.data.task, found)
    if shares is not None:
        return shares
    assert trained.target_scale is not None
    return in_own_units(trained.target_scale, found)


def _difference(trained: Trained, found: NDArray[np.floating], wanted: NDArray[np.floating]) -> float:
    scale = 1.0 if trained.target_scale is None else trained.target_scale.deviation
    return float((np.abs(found - wanted) / scale).max())


def _json(trained: Trained, column: Column, name: str) -> Any:
    """The first value of a column, as a client sends it."""
    if column.missing[0]:
        return None
    fitted = next(one for one in trained.fitted.columns if one.column == name)
    if column.categories:
        return column.categories[column.values[0]]
    type_ = getattr(fitted, "type", None)
    if type_ == "date":
        return str(np.datetime64(int(column.values[0]), "D"))
    if type_ == "datetime":
        return str(np.datetime64(int(column.values[0]), "us"))
    value = column.values[0].tolist()
    return bool(value) if type_ == "boolean" else value


if __name__ == "__main__":
    main()
