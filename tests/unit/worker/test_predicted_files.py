"""Predictions for a whole table equal the network's for each row, whatever the task and the format."""

import csv
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from evaluation.logits import sigmoid, softmax
from gradus.errors import InvalidSpec, TooLarge
from gradus.wire.predicted_file import FileFormat
from hub.questions.question import EvaluationQuestion, PredictionsQuestion, TrainedNetwork
from tests.unit.worker.answers import ask, trained
from worker.answering import prediction_file as writing
from worker.answering.network import restored
from worker.answering.predictions import CHUNK_ROWS, predictions
from worker.answering.truth import truth

RANDOM = np.random.default_rng(0)
N = 300
X = RANDOM.normal(size=N)
COLUMNS: dict[str, Any] = {
    "x": [None if i == 5 else x for i, x in enumerate(X.tolist())],
    "city": [None if i % 50 == 7 else f"c{i % 3}" for i in range(N)],
    "y": ["yes" if x > 0.3 else "no" for x in X],
    "z": (5 * X + 100).tolist(),
    "v": (2 * X).tolist(),
    "a": (X > 0).tolist(),
    "b": (X > 1).tolist(),
}
SPLIT = {"kind": "random", "validation": 0.25, "test": 0.25}


def ignored(*kept: str) -> dict[str, str]:
    return {name: "ignore" for name in COLUMNS if name not in {"x", "city", *kept}}


def predicted(folder: Path, network: TrainedNetwork, format_: FileFormat) -> list[dict[str, Any]]:
    assert network.table is not None
    question = PredictionsQuestion(
        network=network, dataset="mine", table=network.table, format=format_, probabilities=True
    )
    found = predictions(ask(folder, question), question)
    file = folder / f"predictions.{format_}"
    assert (found.rows, found.bytes) == (N, file.stat().st_size)
    if format_ == "csv":
        with file.open(newline="") as lines:
            rows: list[dict[str, Any]] = list(csv.DictReader(lines))
    else:
        columns = duckdb.read_parquet(str(file)).fetchnumpy()
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    assert tuple(rows[0]) == found.columns
    return rows


def outputs(folder: Path, network: TrainedNetwork) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The engine's outputs for all rows, in the order of the table."""
    asked = ask(folder, EvaluationQuestion(network=network, split="test"))
    one, known = restored(asked, network), truth(asked, network)
    whole = np.empty((N, network.data.outputs))
    for part in ("train", "validation", "test"):
        whole[known.rows[part]] = one.outputs(getattr(one.data, part))
    return whole


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_classes(tmp_path: Path, format_: FileFormat) -> None:
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns=ignored("y"), split=SPLIT)
    rows, p = predicted(tmp_path, network, format_), softmax(outputs(tmp_path, network))
    assert {str(row["notes"]) for row in rows} == {"", "x: missing_where_none_was"} | {"x: beyond_training"}
    assert [row["prediction"] for row in rows] == [("no", "yes")[i] for i in p.argmax(1)]
    assert [float(row["probability_yes"]) for row in rows] == pytest.approx(p[:, 1].tolist(), abs=1e-6)


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_labels(tmp_path: Path, format_: FileFormat) -> None:
    network, _ = trained(tmp_path, COLUMNS, ("a", "b"), target=["a", "b"], columns=ignored("a", "b"), split=SPLIT)
    rows, p = predicted(tmp_path, network, format_), sigmoid(outputs(tmp_path, network))
    expected = ["; ".join(name for name, share in zip("ab", row, strict=True) if share > 0.5) for row in p]
    assert [row["prediction"] for row in rows] == expected
    assert [float(row["probability_b"]) for row in rows] == pytest.approx(p[:, 1].tolist(), abs=1e-6)


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_several_targets(tmp_path: Path, format_: FileFormat) -> None:
    network, _ = trained(tmp_path, COLUMNS, target=["z", "v"], columns=ignored("z", "v"), split=SPLIT)
    rows, numbers = predicted(tmp_path, network, format_), outputs(tmp_path, network)
    assert [float(row["prediction_z"]) for row in rows] == pytest.approx(numbers[:, 0].tolist(), rel=1e-6)
    assert [float(row["prediction_v"]) for row in rows] == pytest.approx(numbers[:, 1].tolist(), rel=1e-5, abs=1e-6)


def test_a_missing_number_that_the_experiment_refuses_is_refused(tmp_path: Path) -> None:
    whole = {**COLUMNS, "x": X.tolist()}
    columns = {**ignored("y"), "x": {"missing": "refuse"}}
    network, _ = trained(tmp_path / "a", whole, ("no", "yes"), columns=columns, split=SPLIT)
    other, _ = trained(tmp_path / "b", COLUMNS, ("no", "yes"), columns=ignored("y"), split=SPLIT)
    assert other.table is not None
    question = PredictionsQuestion(
        network=network, dataset="mine", table=network.table, format="csv", probabilities=False
    )
    found = ask(tmp_path / "a", question)
    assert predictions(found, question).columns == ("prediction", "notes")
    store = tmp_path / "a" / "store" / "ver_2" / "table"
    store.parent.mkdir()
    (tmp_path / "b" / "store" / "ver_1" / "table").rename(store)
    lacking = question.model_copy(update={"table": other.table.model_copy(update={"key": "ver_2/table"})})
    with pytest.raises(InvalidSpec, match="'x' is missing in row 5"):
        predictions(ask(tmp_path / "a", lacking), lacking)
    assert CHUNK_ROWS > N


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_a_file_may_not_be_larger_than_the_workspace_may_store(tmp_path: Path, format_: FileFormat) -> None:
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns=ignored("y"), split=SPLIT)
    assert network.table is not None
    question = PredictionsQuestion(
        network=network, dataset="mine", table=network.table, format=format_, probabilities=True
    )
    limited = ask(tmp_path, question).model_copy(update={"file_bytes": 200})
    with pytest.raises(TooLarge, match="more than the 200 bytes"):
        predictions(limited, question)
    (tmp_path / "afterwards").write_bytes(bytes(1000))


def test_a_large_parquet_file_is_written_in_parts_and_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a file of 6.4 MB, at most two parts and their concatenation are in memory."""
    monkeypatch.setattr(writing, "PART_BYTES", 100_000)
    rows, pieces = 4000, 200

    def answers() -> Iterator[dict[str, Any]]:
        for i in range(pieces):
            numbers = np.arange(i * rows, (i + 1) * rows, dtype=np.float32)
            yield {"prediction": np.array(["yes", "no"], dtype=object)[numbers.astype(int) % 2], "p": numbers}

    tracemalloc.start()
    columns = writing._write_parquet(tmp_path / "a.parquet", answers())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (columns, [path.name for path in tmp_path.iterdir()]) == (["prediction", "p"], ["a.parquet"])
    assert peak < 2_000_000
    found = duckdb.read_parquet(str(tmp_path / "a.parquet")).fetchnumpy()
    assert (found["p"] == np.arange(pieces * rows)).all()
    assert found["prediction"][:3].tolist() == ["yes", "no", "yes"]
