"""Faults of a column: what it reveals about the target, its spelling, its units and its distribution."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

from benchmarks.planted.bases import Base, Case, case, codes_of, split


def leak(base: Base, random: Generator, variant: int) -> Case | None:
    """The target in another form: other names, another unit, with noise."""
    values = base.columns[base.target]
    if base.task == "classification":
        codes = codes_of(base)
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
    codes = codes_of(base)
    if min(np.bincount(codes)) < 20:
        return None
    absent = (codes == codes[variant]) ^ (random.random(base.rows) < (0, 0.01, 0.015)[variant % 3])
    column = [None if gone else float(value) for gone, value in zip(absent, random.normal(size=base.rows), strict=True)]
    return case(base, {**base.columns, "closed": column}, "data_missing_by_class", "closed")


def time_travel(base: Base, random: Generator, variant: int) -> Case | None:
    """A date that is later than the row's own date, or a random split of rows that have a time."""
    start = np.datetime64("2021-01-01T00:00:00", "us")
    seconds = np.sort(random.integers(0, 3 * 365 * 86_400, base.rows))
    times = list(start + seconds.astype("timedelta64[s]"))
    if variant % 2:
        later = list(start + (seconds + random.integers(60, 10**6, base.rows)).astype("timedelta64[s]"))
        columns = {**base.columns, "opened": times, "closed on": later}
        return case(base, columns, "data_time_travel", "closed on", time="opened")
    return case(base, {**base.columns, "opened": times}, "data_time_travel", "opened", time="opened", split="random")


def file_names(base: Base, random: Generator, variant: int) -> Case | None:
    """Files whose names are numbered class by class, or begin with the letters of a different camera."""
    if base.task != "classification":
        return None
    codes = codes_of(base)
    if min(np.bincount(codes)) < 20:
        return None
    order = np.argsort(np.argsort(codes, kind="stable"))
    words = ("IMG", "DSC", "SAM", "PIC", "CAM", "FOT", "JPG", "CAN", "NIK", "SON")
    names = [
        f"all/{words[code % 10]}_{random.integers(10**6):06}.jpg" if variant % 2 else f"all/{place:06}.jpg"
        for code, place in zip(codes, order, strict=True)
    ]
    return case(base, {**base.columns, "file": names}, "data_file_name_predicts", "file")


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
    """A different number or name in each row."""
    n = base.rows
    column: list[Any] = [
        list(range(1, n + 1)),
        (random.permutation(n) + 5_000_000).tolist(),
        [f"{code:08x}-{i}" for i, code in enumerate(random.integers(0, 2**32, n))],
    ][variant % 3]
    return case(base, {**base.columns, "row": column}, "data_id_column", "row")


def constant(base: Base, _: Generator, variant: int) -> Case | None:
    """One value in all rows, or in all but one row of a thousand."""
    column: list[Any] = ([7] * base.rows, ["CH"] * base.rows, [0.5] * base.rows)[variant % 3]
    if variant % 2 and base.rows > 1500:
        column = [*column[1:], (9, "LI", 0.25)[variant % 3]]
    return case(base, {**base.columns, "same": column}, "data_constant", "same")


def units(base: Base, random: Generator, variant: int) -> Case | None:
    """A length, weight or price that has another unit in some rows."""
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
    """Prices, a few of which are enormous."""
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


def _is_category(values: list[Any]) -> bool:
    known = {value for value in values if value is not None}
    return all(isinstance(value, str) for value in known) and 2 <= len(known) <= 50
