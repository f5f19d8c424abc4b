"""A spec that was resolved from a table's facts agrees with the data that a run gets from the table."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradus.facts import FileFacts, TableFacts
from gradus.resolved import resolve
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.spec.target import Tags
from gradus.split_sizes import Sizes
from preprocessing.parts import rows_of
from preprocessing.table import Table
from preprocessing.target import tags_in
from tests.tables import facts_of, store
from worker.data.array_cache import ArrayCache
from worker.data.uploaded import Uploaded, load_uploaded

N = 200
RANDOM = np.random.default_rng(0)
COLUMNS: dict[str, Any] = {
    "x": [None if i % 19 == 0 else x for i, x in enumerate(RANDOM.normal(size=N).tolist())],
    "city": [None if i % 23 == 0 else f"c{i}" for i in RANDOM.integers(0, 70, N)],
    "ward": RANDOM.integers(0, 25, N),
    "day": np.datetime64("2024-01-01") + RANDOM.integers(0, 50, N),
    "part": RANDOM.choice(["train", "train", "train", "test"], N).tolist(),
    "yes": RANDOM.random(N) < 0.5,
    "tags": [None if i == 9 else ["a, b", "b", "c,a", ""][i % 4] for i in range(N)],
    "kind": [None if i % 50 == 1 else ["p", "q", "r"][i % 7 % 3] for i in range(N)],
    "price": [None if i % 60 == 2 else float(i) for i in range(N)],
}


class RowsOf:
    """The rows of a table, without a service from which to get it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def sizes(self, facts: TableFacts, dataset: Dataset, classes: Sequence[str]) -> Sizes:
        rows = rows_of(dataset, classes, self._table, dataset.limit)
        return len(rows.train), len(rows.validation), len(rows.test)

    def labels(self, facts: TableFacts, target: Tags) -> tuple[str, ...]:
        return tags_in(target, self._table)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    files = (FileFacts(name="a", rows=150, split="train"), FileFacts(name="b", rows=50, split="test"))
    return store(tmp_path_factory.mktemp("table"), COLUMNS, files=files)


@pytest.mark.parametrize(
    "words",
    [
        {"target": "kind"},
        {"target": "kind", "split": "stratified", "limit": 50, "class_weights": "balanced"},
        {"target": "price", "split": "random", "numbers": "quantile", "missing": {"kind": "mean", "flag": True}},
        {"target": ["price", "x"], "split": "random"},
        {"target": {"column": "tags"}, "split": {"kind": "hash", "columns": ["ward"]}},
        {"target": "kind", "split": {"kind": "grouped", "column": "ward"}},
        {"target": "price", "split": {"kind": "time", "column": "day"}, "limit": 20},
        {"target": "yes", "split": {"kind": "column", "column": "part"}, "columns": {"ward": "weight"}},
        {"target": "kind", "categories": {"kind": "embedding", "most": 20}, "columns": {"ward": {"encode": "one_hot"}}},
    ],
)
def test_the_arrays_have_the_planned_shapes(table: Table, tmp_path: Path, words: dict[str, Any]) -> None:
    spec = Spec.model_validate({"dataset": {"name": "table", **words}, "layers": []})
    resolved = resolve(spec, facts_of(table), RowsOf(table))
    plan = resolved.data
    data = load_uploaded(Uploaded(resolved.spec.dataset, plan), lambda: nullcontext(table), ArrayCache(tmp_path), print)
    sizes = plan.train_examples, plan.validation_examples, plan.test_examples
    assert (len(data.train), len(data.validation), len(data.test)) == sizes
    assert data.train.inputs.shape[1] == plan.inputs
    assert data.train.inputs.element_size() == plan.bytes_per_input
    assert data.train.targets[:1].numel() == (1 if plan.task == "classification" else plan.outputs)
    if plan.task == "classification":
        assert int(data.train.targets.max()) < len(plan.classes)
