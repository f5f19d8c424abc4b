"""Healthy tables: scikit-learn's, made-up ones and real files, and the cases that are made of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import datasets

from gradus.spec.loss import Task
from preprocessing.findings.question import Question

Table = Mapping[str, list[Any]]
ROWS = 2000


@dataclass(frozen=True)
class Base:
    """A table as it is, with its target. `known` are the findings that it has by itself, which do not count as false
    alarms."""

    name: str
    columns: Table
    target: str
    task: Task
    known: frozenset[str] = frozenset()

    @property
    def rows(self) -> int:
        return len(self.columns[self.target])


@dataclass(frozen=True)
class Case:
    """A table with a question about it, and the finding that the check must report; None for a healthy table."""

    name: str
    columns: Table
    question: Question
    expected: str | None = None
    column: str | None = None
    known: frozenset[str] = field(default_factory=frozenset)


def bases(tables: Path | None) -> Iterator[Base]:
    """Healthy tables: those of scikit-learn, made-up ones and, if the folder exists, real files."""
    yield from _of_scikit_learn()
    yield from (_made_up(seed) for seed in range(6))
    if tables is not None:
        yield from _of_files(tables)


def kept_apart(tables: Path | None) -> Iterator[Base]:
    """Healthy tables that nothing was tuned on. They are used only to count false alarms."""
    yield from (_made_up(seed) for seed in range(6, 12))
    for name, target in (("digits", "target"), ("linnerud", "Weight")):
        frame = getattr(datasets, f"load_{name}")(as_frame=True).frame.sample(frac=1, random_state=1)
        yield Base(name, _lists(frame), target, "classification" if name == "digits" else "regression")
    if tables is not None:
        grams = frozenset({"data_mixed_units"})  # total protein is in g/dl here and g/l there
        yield Base("horse colic", _lists(_read(tables / "horse-colic.csv", header=None)), "22", "classification", grams)
        ids = frozenset({"data_id_column"})  # PassengerId
        yield Base("auto imports", _lists(_read(tables / "auto_imports.csv", header=None)), "25", "regression")
        yield Base("titanic, no target", _lists(_read(tables / "titanic-test.csv")), "Sex", "classification", ids)
        red = frozenset({"data_duplicate_rows", "data_equal_rows_across_parts"})  # a seventh of the file
        yield Base("red wine", _lists(_read(tables / "winequality-red.csv", header=None)), "11", "regression", red)


def _of_scikit_learn() -> Iterator[Base]:
    for name in ("iris", "wine", "breast_cancer", "diabetes"):
        bunch = getattr(datasets, f"load_{name}")(as_frame=True)
        frame = bunch.frame.sample(frac=1, random_state=1)
        task: Task = "regression" if name == "diabetes" else "classification"
        if task == "classification":
            frame["target"] = [str(bunch.target_names[code]) for code in frame["target"]]
        yield Base(name, _lists(frame), "target", task)


def _of_files(folder: Path) -> Iterator[Base]:
    def read(name: str, **options: Any) -> pd.DataFrame:
        return _read(folder / name, **options)

    yield Base("adult", _lists(read("adult-train.csv", header=None)), "14", "classification")
    yield Base("california", _lists(read("california_housing.csv")), "median_house_value", "regression")
    yield Base("diamonds", _lists(read("diamonds.csv").sample(frac=1, random_state=1)), "price", "regression")
    yield Base(
        "titanic", _lists(read("titanic-train.csv")), "Survived", "classification", frozenset({"data_id_column"})
    )
    yield Base(
        "penguins", _lists(read("penguins.csv")), "species", "classification", frozenset({"data_index_predicts"})
    )
    yield Base("abalone", _lists(read("abalone.csv", header=None)), "8", "regression")
    yield Base("german", _lists(read("german.csv", header=None)), "20", "classification")
    mammography = read("mammography.csv", header=None).sample(frac=1, random_state=1)
    copies = {"data_duplicate_rows", "data_equal_rows_across_parts"}  # a third of the file
    known = frozenset({"data_class_imbalance", *copies})
    yield Base("mammography", _lists(mammography), "6", "classification", known)
    yield Base("taxis", _lists(read("taxis.csv", parse_dates=["pickup", "dropoff"])), "tip", "regression")
    known = frozenset({"data_duplicate_rows", "data_equal_rows_across_parts"})  # a fifth of the file
    yield Base("wine quality", _lists(read("winequality-white.csv", header=None)), "11", "regression", known)


def _read(path: Path, **options: Any) -> pd.DataFrame:
    frame = pd.read_csv(path, skipinitialspace=True, na_values=["?", ""], keep_default_na=False, **options)
    frame.columns = [str(column) for column in frame.columns]
    return frame.head(20 * ROWS).sample(n=min(ROWS, len(frame)), random_state=1).sort_index()


def _lists(frame: pd.DataFrame) -> Table:
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        series = frame[name]
        if series.dtype.kind == "M":
            columns[str(name)] = [np.datetime64(value, "us") for value in series]
        else:
            columns[str(name)] = [None if pd.isna(value) else value for value in series.tolist()]
    return columns


def _made_up(seed: int) -> Base:
    """A table of numbers and categories with noise; every third is a regression."""
    random = np.random.default_rng(1000 + seed)
    n = int(random.integers(400, ROWS))
    hidden = random.normal(size=(n, 3))
    columns: dict[str, list[Any]] = {
        f"x{i}": (hidden @ random.normal(size=3) + random.normal(size=n)).round(4).tolist() for i in range(6)
    }
    columns["income"] = np.exp(10 + 0.5 * random.normal(size=n)).round(2).tolist()
    columns["age"] = random.integers(18, 90, n).tolist()
    columns["city"] = random.choice(
        ["Chur", "Bern", "Basel", "Genève", "Lugano"], n, p=[0.3, 0.3, 0.2, 0.1, 0.1]
    ).tolist()
    columns["colour"] = random.choice(["red", "green", "blue"], n).tolist()
    score = hidden @ random.normal(size=3) + 1.5 * random.normal(size=n)
    if seed % 3 == 2:
        return Base(f"made up {seed}", {**columns, "target": score.round(4).tolist()}, "target", "regression")
    cuts = np.quantile(score, [0.5] if seed % 3 == 0 else [0.4, 0.7])
    labels = [("low", "high", "top")[code] for code in np.searchsorted(cuts, score)]
    return Base(f"made up {seed}", {**columns, "target": labels}, "target", "classification")


def case(base: Base, columns: Table, expected: str | None, column: str | None = None, **question: Any) -> Case:
    """A case about these columns, with a random split."""
    n = len(columns[base.target])
    parts = question.pop("parts", None)
    asked = Question(target=base.target, task=base.task, parts=split(n) if parts is None else parts, **question)
    return Case(base.name, columns, asked, expected, column, base.known)


def split(n: int) -> NDArray[np.int8]:
    """A random split into 70 %, 10 % and 20 %."""
    return np.random.default_rng(n).choice(np.array([0, 1, 2], dtype=np.int8), n, p=[0.7, 0.1, 0.2])


def healthy(base: Base) -> Iterator[Case]:
    """The table as it is, before and after a split."""
    yield case(base, base.columns, None)
    before = case(base, base.columns, None)
    yield replace(before, question=replace(before.question, parts=None))


def codes_of(base: Base) -> NDArray[np.int64]:
    return np.unique([str(value) for value in base.columns[base.target]], return_inverse=True)[1].astype(np.int64)


def taken(columns: Table, order: NDArray[np.intp]) -> Table:
    return {name: [values[i] for i in order] for name, values in columns.items()}
