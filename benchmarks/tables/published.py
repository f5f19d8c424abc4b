"""Published numbers of plain networks on tables, compared with what the service reaches with the same settings.

Sources: Gorishniy et al., TabM: advancing tabular deep learning with parameter-efficient ensembling, 2024, whose
reports have the parameters of the tuned networks; Gorishniy et al., Revisiting deep learning models for tabular data,
2021, for the splits.
"""

import csv
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt
from pathlib import Path
from typing import Any

from benchmarks.report import header
from benchmarks.tables.service import File, Served, service
from gradus.sweep.request import SweepRequest
from gradus.wire.sweep import SweepResult

SEEDS = (0, 1, 2, 3, 4)
EPOCHS = 300
"""Limit on the epochs; early stopping ends every run before it."""
PATIENCE = 16


@dataclass(frozen=True)
class Published:
    """A published number."""

    title: str
    files: Callable[[Path, Path], Sequence[File]]
    """Gets the files from the folder of tables and from a folder for files made of them."""
    parse: dict[str, Any]
    base: dict[str, Any]
    """The spec."""
    numbers: tuple[str, ...]
    """The encodings to compare, that of the published network first."""
    metric: str
    unit: float | None
    """For an RMSE: the unit in which it is published; None for an accuracy."""
    bounds: tuple[float, float]
    """The bounds between which the mean must be."""

    def value(self, objective: float) -> float:
        """The published measure, from the objective."""
        return objective if self.unit is None else sqrt(objective) / self.unit


def run(names: Sequence[str], tables: Path) -> None:
    """Train each network with its published settings, and print the results."""
    packages = ("torch", "numpy", "duckdb")
    print(header("Published numbers of tables", packages, [f"seeds {SEEDS[0]} – {SEEDS[-1]}"]))
    for name in names:
        with tempfile.TemporaryDirectory(prefix="gradus-published-") as folder, service(Path(folder)) as served:
            for line in _lines(PUBLISHED[name], served, name, tables):
                print(line, flush=True)


def _lines(one: Published, served: Served, name: str, tables: Path) -> Iterator[str]:
    made = served.folder / "files"
    made.mkdir()
    record = served.upload(name, one.files(tables, made), one.parse)
    yield f"### {one.title}\n\n{record['rows']} rows, digest {record['digest']}\n"
    grid = {"dataset.numbers": list(one.numbers)}
    base = {**one.base, "dataset": {"name": name, **one.base["dataset"], "numbers": one.numbers[0]}}
    asked = SweepRequest.model_validate({"base": base, "grid": grid, "seeds": SEEDS, "objective": one.metric})
    started = time.monotonic()
    sweep = served.client.sweeps.create(asked)
    while not sweep.record.over:
        time.sleep(2)
        sweep = sweep.refresh()
    yield f"| numbers | {one.metric}, each seed | mean ± deviation | epochs | to {one.numbers[0]} (95 %) | verdict |"
    yield "| --- | --- | ---: | --- | ---: | --- |"
    for result in sweep.record.results:
        yield _row(one, served, result)
    reached = next(r for r in sweep.record.results if r.changes["dataset.numbers"] in {one.numbers[0]})
    mean = sum(map(one.value, _known(reached))) / len(reached.values)
    low, high = one.bounds
    verdict = "reached" if low <= mean <= high else "missed"
    yield f"\n{mean:.4f}, to be in {low:g} – {high:g}: {verdict}; {time.monotonic() - started:.0f} s.\n"


def _row(one: Published, served: Served, result: SweepResult) -> str:
    values = [one.value(value) for value in _known(result)]
    mean = sum(values) / len(values)
    deviation = sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
    records = [served.ask("GET", f"/v1/experiments/{one_id}") for one_id in result.experiments]
    best = ", ".join(f"{record['best']['epoch']}/{record['latest']['epoch']}" for record in records)
    difference = result.difference
    told = "" if difference is None else f"{difference.mean:.4g} ({difference.ci95[0]:.4g} – {difference.ci95[1]:.4g})"
    listed = ", ".join(f"{value:.4f}" for value in values)
    return f"| {result.label} | {listed} | {mean:.4f} ± {deviation:.4f} | {best} | {told} | {result.verdict or ''} |"


def _known(result: SweepResult) -> list[float]:
    assert all(value is not None for value in result.values), f"{result.label}: {result.failed}"
    return [float(value) for value in result.values if value is not None]


def _adult(tables: Path, made: Path) -> list[File]:
    """The files of Adult. The labels in the test file end with a dot, which is removed."""
    test = (tables / "adult-test.csv").read_text(encoding="utf-8")
    (made / "adult-test.csv").write_text(test.replace("K.\n", "K\n"), encoding="utf-8")
    return [File(tables / "adult-train.csv", "train"), File(made / "adult-test.csv", "test")]


def _california(tables: Path, _made: Path) -> list[File]:
    return [File(tables / "california_housing.csv")]


def _diamonds(tables: Path, made: Path) -> list[File]:
    """The files of Diamonds, with the logarithm of the price instead of the price."""
    with (tables / "diamonds.csv").open(newline="", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        row["log_price"] = repr(log(float(row.pop("price"))))
    with (made / "diamonds.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return [File(made / "diamonds.csv")]


def _words(
    layers: int, units: int, dropout: float, lr: float, decay: float, batch: int, metric: str, **dataset: Any
) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "layers": [units] * layers,
        "dropout": dropout,
        "optimizer": {"kind": "adamw", "lr": lr, "weight_decay": decay},
        "batch_size": batch,
        "clip_norm": 1.0,
        "epochs": EPOCHS,
        "early_stopping": {"metric": metric, "patience": PATIENCE},
    }


RANDOM = {"kind": "random", "validation": 0.16, "test": 0.2}
PUBLISHED = {
    "adult": Published(
        "adult: accuracy on the official test file",
        _adult,
        {"header": False},
        _words(
            4,
            400,
            0.231,
            1.06e-4,
            0.0795,
            256,
            "validation_accuracy",
            target="column_15",
            split={"kind": "files", "validation": 6513},
        ),
        ("quantile",),
        "test_accuracy",
        None,
        (0.852, 0.858),
    ),
    "california": Published(
        "California: RMSE in 10⁵ $",
        _california,
        {},
        _words(2, 208, 0.172, 5.6e-4, 0.0288, 256, "validation_loss", target="median_house_value", split=RANDOM),
        ("min_max", "quantile", "robust"),
        "test_loss",
        1e5,
        (0.0, 0.52),
    ),
    "diamonds": Published(
        "diamonds: RMSE of the logarithm of the price",
        _diamonds,
        {},
        _words(5, 96, 0.029, 6.0e-4, 0.01, 512, "validation_loss", target="log_price", split=RANDOM),
        ("quantile",),
        "test_loss",
        1.0,
        (0.0, 0.145),
    ),
}
