"""Tables with a known fault, planted into real and made-up ones: what the checks of `preprocessing.findings` are tuned
and judged with. Everything is a function of the fault, the variant and the base, so that the two halves stay apart."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from sklearn import datasets

from gradus.spec.loss import Task
from preprocessing.findings.question import Question

Table = Mapping[str, list[Any]]
ROWS = 2000


@dataclass(frozen=True)
class Base:
    """A table as it is, with its target; `known` are its own findings, which do not count as false alarms."""

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
    """A table with a question and the finding that must be among the answers; None for a healthy one."""

    name: str
    columns: Table
    question: Question
    expected: str | None = None
    column: str | None = None
    known: frozenset[str] = field(default_factory=frozenset)


def bases(tables: Path | None) -> Iterator[Base]:
    """Healthy tables: scikit-learn's, made-up ones and, where the folder is there, real files."""
    yield from _of_scikit_learn()
    yield from (_made_up(seed) for seed in range(6))
    if tables is not None:
        yield from _of_files(tables)


def kept_apart(tables: Path | None) -> Iterator[Base]:
    """Healthy tables that nothing was tuned on: they count for the false alarms alone."""
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


Plant = Callable[[Base, Generator, int], Case | None]
"""Plants a fault with the variant's strength; None if the base cannot have it."""


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
    """The base as it is, before and after a split."""
    yield case(base, base.columns, None)
    before = case(base, base.columns, None)
    yield replace(before, question=replace(before.question, parts=None))


def _codes(base: Base) -> NDArray[np.int64]:
    return np.unique([str(value) for value in base.columns[base.target]], return_inverse=True)[1].astype(np.int64)


def leak(base: Base, random: Generator, variant: int) -> Case | None:
    """The target in another form: other names, another unit, with noise."""
    values = base.columns[base.target]
    if base.task == "classification":
        codes = _codes(base)
        flipped = random.random(base.rows) < (0, 0.002, 0.004)[variant % 3]
        codes = np.where(flipped, random.permutation(codes), codes)
        column: list[Any] = [f"grade {code}" for code in codes] if variant % 2 else (codes * 7.5 + 3).tolist()
    else:
        numbers = np.array(values, dtype=float)
        noise = (0, 0.01, 0.03)[variant % 3] * np.nanstd(numbers) * random.normal(size=base.rows)
        column = ((numbers + noise) * (2.54, 100, -0.3)[variant % 3] + 5).tolist()
    return case(base, {"given away": column, **base.columns}, "data_leak", "given away")


def missing_by_class(base: Base, random: Generator, variant: int) -> Case | None:
    """A column that is filled in only after the outcome is known."""
    if base.task != "classification":
        return None
    codes = _codes(base)
    if min(np.bincount(codes)) < 20:
        return None
    absent = (codes == codes[variant]) ^ (random.random(base.rows) < (0, 0.01, 0.015)[variant % 3])
    column = [None if gone else float(value) for gone, value in zip(absent, random.normal(size=base.rows), strict=True)]
    return case(base, {**base.columns, "closed": column}, "data_missing_by_class", "closed")


def sorted_file(base: Base, random: Generator, variant: int) -> Case | None:
    """Rows sorted by the target, or nearly."""
    numbers = (
        _codes(base).astype(float) if base.task == "classification" else np.array(base.columns[base.target], float)
    )
    shuffle = (0, 0.05, 0.1)[variant % 3] * np.nanstd(numbers) * random.normal(size=base.rows)
    order = np.argsort(numbers + shuffle, kind="stable")
    return case(base, _taken(base.columns, order), "data_index_predicts")


def copies_across_parts(base: Base, random: Generator, variant: int) -> Case | None:
    """Training rows that are there once more in the test part."""
    n = base.rows
    parts = split(n)
    train, test = np.flatnonzero(parts == 0), np.flatnonzero(parts == 2)
    count = max(6, int((0.03, 0.1, 0.3)[variant % 3] * len(test)))
    order = np.arange(n)
    order[random.choice(test, min(count, len(test)), replace=False)] = random.choice(train, min(count, len(test)))
    return case(base, _taken(base.columns, order), "data_equal_rows_across_parts", parts=parts)


def copies(base: Base, random: Generator, variant: int) -> Case | None:
    """Rows that were appended twice."""
    count = max(6, int((0.03, 0.1, 0.3)[variant % 3] * base.rows))
    order = np.append(np.arange(base.rows), random.choice(base.rows, count))
    found = case(base, _taken(base.columns, random.permutation(order)), "data_duplicate_rows")
    return replace(found, question=replace(found.question, parts=None))


def contradictions(base: Base, random: Generator, variant: int) -> Case | None:
    """Rows that are there once more with another label."""
    if base.task != "classification":
        return None
    count = max(6, int((0.02, 0.05, 0.15)[variant % 3] * base.rows))
    order = np.append(np.arange(base.rows), random.choice(base.rows, count, replace=False))
    columns = dict(_taken(base.columns, order))
    names = sorted({str(value) for value in columns[base.target]})
    labels = list(columns[base.target])
    kinds = {str(value): value for value in labels}
    for i in range(base.rows, len(order)):
        other = names[(names.index(str(labels[i])) + 1 + int(random.integers(len(names) - 1))) % len(names)]
        labels[i] = kinds[other]
    return case(base, {**columns, base.target: labels}, "data_contradictory_labels", base.target)


def groups(base: Base, random: Generator, variant: int) -> Case | None:
    """Several rows for each patient, whose values hardly differ; said by the question, or only by the name."""
    n = base.rows
    owners = n // (3, 5, 8)[variant % 3]
    if owners < 25:
        return None
    owner = random.integers(0, owners, n)
    level = random.normal(size=owners)[owner] + 0.3 * random.normal(size=n)
    name = ("patient_id", "customerId", "household")[variant % 3]
    ids: list[Any] = [f"P{code:05}" for code in owner] if variant % 2 else (owner + 100_000).tolist()
    columns = {**base.columns, name: ids, "blood pressure": level.round(3).tolist()}
    group = name if variant % 2 else None
    return case(base, columns, "data_group_in_two_parts", name, group=group)


def spelling(base: Base, random: Generator, variant: int) -> Case | None:
    """A class or category that some rows write in another way."""
    target_is_text = base.task == "classification" and isinstance(base.columns[base.target][0], str)
    names = [name for name, values in base.columns.items() if _is_category(values) and name != base.target]
    name = base.target if target_is_text and variant % 2 else (names[variant % len(names)] if names else None)
    if name is None:
        return None
    values = list(base.columns[name])
    usual = max({value for value in values if value is not None}, key=values.count)
    if not any(c.isalpha() for c in usual):
        return None
    forms: list[Callable[[str], str]] = [
        str.upper,
        str.lower,
        str.title,
        lambda text: f"{text} ",
        lambda text: text + ".",
    ]
    forms = [form for form in forms if form(usual) != usual and form(usual) not in values]
    form = forms[variant % len(forms)]
    rows = [i for i, value in enumerate(values) if value == usual]
    for i in random.choice(rows, max(3, len(rows) // (5, 20, 50)[variant % 3]), replace=False):
        values[i] = form(usual)
    return case(base, {**base.columns, name: values}, "data_similar_classes", name)


def misprint(base: Base, random: Generator, variant: int) -> Case | None:
    """A category with one letter wrong in a few rows."""
    names = [name for name, values in base.columns.items() if _is_category(values)]
    long = [
        (name, text)
        for name in names
        for text in sorted({value for value in base.columns[name] if value is not None})
        if len(text) >= 6 and text.isalpha() and base.columns[name].count(text) >= 40
    ]
    if not long:
        return None
    name, usual = long[variant % len(long)]
    wrong = (usual[:3] + usual[4:], usual[:2] + usual[3] + usual[2] + usual[4:], usual + "s")[variant % 3]
    values = list(base.columns[name])
    if wrong in values or wrong == usual:
        return None
    rows = [i for i, value in enumerate(values) if value == usual]
    for i in random.choice(rows, 3, replace=False):
        values[i] = wrong
    return case(base, {**base.columns, name: values}, "data_similar_classes", name)


def ids(base: Base, random: Generator, variant: int) -> Case | None:
    """A number or a name for each row."""
    n = base.rows
    column: list[Any] = [
        list(range(1, n + 1)),
        (random.permutation(n) + 5_000_000).tolist(),
        [f"{code:08x}-{i}" for i, code in enumerate(random.integers(0, 2**32, n))],
    ][variant % 3]
    return case(base, {**base.columns, "row": column}, "data_id_column", "row")


def constant(base: Base, _: Generator, variant: int) -> Case | None:
    """One value in all rows, or in all but one of a thousand."""
    column: list[Any] = ([7] * base.rows, ["CH"] * base.rows, [0.5] * base.rows)[variant % 3]
    if variant % 2 and base.rows > 1500:
        column = [*column[1:], (9, "LI", 0.25)[variant % 3]]
    return case(base, {**base.columns, "same": column}, "data_constant", "same")


def time_travel(base: Base, random: Generator, variant: int) -> Case | None:
    """A date that follows the row's own, or a random split of rows that have a time."""
    start = np.datetime64("2021-01-01T00:00:00", "us")
    seconds = np.sort(random.integers(0, 3 * 365 * 86_400, base.rows))
    times = list(start + seconds.astype("timedelta64[s]"))
    if variant % 2:
        later = list(start + (seconds + random.integers(60, 10**6, base.rows)).astype("timedelta64[s]"))
        columns = {**base.columns, "opened": times, "closed on": later}
        return case(base, columns, "data_time_travel", "closed on", time="opened")
    return case(base, {**base.columns, "opened": times}, "data_time_travel", "opened", time="opened", split="random")


def units(base: Base, random: Generator, variant: int) -> Case | None:
    """A length, weight or price of which some rows have another unit."""
    factor = (2.54, 100.0, 10.0, 1000.0, 2.2046)[variant % 5]
    spread = min(0.12, np.log(factor) / 8)
    sizes = np.exp(np.log(70) + spread * random.normal(size=base.rows))
    other = random.random(base.rows) < (0.05, 0.2, 0.4)[variant % 3]
    column = np.where(other, sizes * factor, sizes).round(3).tolist()
    return case(base, {**base.columns, "size": column}, "data_mixed_units", "size")


def mojibake(base: Base, random: Generator, variant: int) -> Case | None:
    """Names in UTF-8 that were read as Windows-1252."""
    names = ("Zürich", "Genève", "Köln", "São Paulo", "Málaga", "Chur", "Bern", "København")
    chosen = random.choice(names, base.rows).tolist()
    broken = random.random(base.rows) < (1, 0.2, 0.02)[variant % 3]
    encoding = ("cp1252", "latin-1")[variant % 2]
    column = [name.encode().decode(encoding) if wrong else name for name, wrong in zip(chosen, broken, strict=True)]
    return case(base, {**base.columns, "place": column}, "data_mojibake", "place")


def unseen(base: Base, random: Generator, variant: int) -> Case | None:
    """A category that only test rows have."""
    parts = split(base.rows)
    column = np.array(random.choice(["a", "b", "c"], base.rows), dtype=object)
    test = np.flatnonzero(parts == 2)
    column[random.choice(test, max(2, int((0.05, 0.3, 1.0)[variant % 3] * len(test))), replace=False)] = "new"
    return case(base, {**base.columns, "shop": column.tolist()}, "data_unseen_categories", "shop", parts=parts)


def tails(base: Base, random: Generator, variant: int) -> Case | None:
    """Prices of which a few are enormous."""
    column = np.exp((2.0, 2.5, 3.0)[variant % 3] * random.normal(size=base.rows))
    return case(base, {**base.columns, "turnover": column.round(4).tolist()}, "data_heavy_tails", "turnover")


def skewed(base: Base, random: Generator, variant: int) -> Case | None:
    """A target with a long tail."""
    if base.task != "regression":
        return None
    numbers = np.array(base.columns[base.target], dtype=float)
    ranks = (numbers - np.nanmean(numbers)) / np.nanstd(numbers)
    values = np.exp((1.5, 2.0, 2.5)[variant % 3] * ranks + random.normal(size=base.rows))
    return case(base, {**base.columns, base.target: values.tolist()}, "data_skewed_target", base.target)


def imbalance(base: Base, random: Generator, variant: int) -> Case | None:
    """A class of which most rows are left out."""
    if base.task != "classification" or base.rows < 800:
        return None
    codes = _codes(base)
    if codes.max() > 2:
        return None
    chosen = np.flatnonzero(codes == 0)
    keep = random.choice(chosen, max(12, int((0.01, 0.015, 0.02)[variant % 3] * (codes != 0).sum())), replace=False)
    order = np.sort(np.append(np.flatnonzero(codes != 0), keep))
    if len(set(codes[order].tolist())) < 2:
        return None
    return case(base, _taken(base.columns, order), "data_class_imbalance", base.target)


def rare(base: Base, random: Generator, variant: int) -> Case | None:
    """A class with a handful of rows."""
    if base.task != "classification" or not isinstance(base.columns[base.target][0], str):
        return None
    labels = list(base.columns[base.target])
    for i in random.choice(base.rows, (1, 3, 5)[variant % 3], replace=False):
        labels[i] = "exotic"
    return case(base, {**base.columns, base.target: labels}, "data_rare_class", base.target)


def file_names(base: Base, random: Generator, variant: int) -> Case | None:
    """Files whose names were numbered class by class, or begin with another camera's letters."""
    if base.task != "classification":
        return None
    codes = _codes(base)
    if min(np.bincount(codes)) < 20:
        return None
    order = np.argsort(np.argsort(codes, kind="stable"))
    words = ("IMG", "DSC", "SAM", "PIC", "CAM", "FOT", "JPG", "CAN", "NIK", "SON")
    names = [
        f"all/{words[code % 10]}_{random.integers(10**6):06}.jpg" if variant % 2 else f"all/{place:06}.jpg"
        for code, place in zip(codes, order, strict=True)
    ]
    return case(base, {**base.columns, "file": names}, "data_file_name_predicts", "file")


PLANTS: tuple[Plant, ...] = (
    leak, missing_by_class, sorted_file, copies_across_parts, copies, contradictions, groups, spelling, misprint, ids,
    constant, time_travel, units, mojibake, unseen, tails, skewed, imbalance, rare, file_names,
)  # fmt: skip
VARIANTS = 4


def _is_category(values: list[Any]) -> bool:
    known = {value for value in values if value is not None}
    return all(isinstance(value, str) for value in known) and 2 <= len(known) <= 50


def _taken(columns: Table, order: NDArray[np.intp]) -> Table:
    return {name: [values[i] for i in order] for name, values in columns.items()}
