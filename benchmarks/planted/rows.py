"""Faults of rows: their order, copies, contradictions, groups and classes."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

from benchmarks.planted.bases import Base, Case, case, codes_of, split, taken


def sorted_file(base: Base, random: Generator, variant: int) -> Case | None:
    """Rows sorted by the target, or nearly."""
    numbers = (
        codes_of(base).astype(float) if base.task == "classification" else np.array(base.columns[base.target], float)
    )
    shuffle = (0, 0.05, 0.1)[variant % 3] * np.nanstd(numbers) * random.normal(size=base.rows)
    order = np.argsort(numbers + shuffle, kind="stable")
    return case(base, taken(base.columns, order), "data_index_predicts")


def copies_across_parts(base: Base, random: Generator, variant: int) -> Case | None:
    """Training rows that also occur in the test part."""
    n = base.rows
    parts = split(n)
    train, test = np.flatnonzero(parts == 0), np.flatnonzero(parts == 2)
    count = max(6, int((0.03, 0.1, 0.3)[variant % 3] * len(test)))
    order = np.arange(n)
    order[random.choice(test, min(count, len(test)), replace=False)] = random.choice(train, min(count, len(test)))
    return case(base, taken(base.columns, order), "data_equal_rows_across_parts", parts=parts)


def copies(base: Base, random: Generator, variant: int) -> Case | None:
    """Rows that were appended a second time."""
    count = max(6, int((0.03, 0.1, 0.3)[variant % 3] * base.rows))
    order = np.append(np.arange(base.rows), random.choice(base.rows, count))
    found = case(base, taken(base.columns, random.permutation(order)), "data_duplicate_rows")
    return replace(found, question=replace(found.question, parts=None))


def contradictions(base: Base, random: Generator, variant: int) -> Case | None:
    """Rows that occur a second time with another label."""
    if base.task != "classification":
        return None
    count = max(6, int((0.02, 0.05, 0.15)[variant % 3] * base.rows))
    order = np.append(np.arange(base.rows), random.choice(base.rows, count, replace=False))
    columns = dict(taken(base.columns, order))
    names = sorted({str(value) for value in columns[base.target]})
    labels = list(columns[base.target])
    kinds = {str(value): value for value in labels}
    for i in range(base.rows, len(order)):
        other = names[(names.index(str(labels[i])) + 1 + int(random.integers(len(names) - 1))) % len(names)]
        labels[i] = kinds[other]
    return case(base, {**columns, base.target: labels}, "data_contradictory_labels", base.target)


def groups(base: Base, random: Generator, variant: int) -> Case | None:
    """Several rows for each patient, whose values hardly differ. The question names the group column, or only the name
    of the column suggests it."""
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


def imbalance(base: Base, random: Generator, variant: int) -> Case | None:
    """A class most of whose rows are left out."""
    if base.task != "classification" or base.rows < 800:
        return None
    codes = codes_of(base)
    if codes.max() > 2:
        return None
    chosen = np.flatnonzero(codes == 0)
    keep = random.choice(chosen, max(12, int((0.01, 0.015, 0.02)[variant % 3] * (codes != 0).sum())), replace=False)
    order = np.sort(np.append(np.flatnonzero(codes != 0), keep))
    if len(set(codes[order].tolist())) < 2:
        return None
    return case(base, taken(base.columns, order), "data_class_imbalance", base.target)


def rare(base: Base, random: Generator, variant: int) -> Case | None:
    """A class with only a few rows."""
    if base.task != "classification" or not isinstance(base.columns[base.target][0], str):
        return None
    labels = list(base.columns[base.target])
    for i in random.choice(base.rows, (1, 3, 5)[variant % 3], replace=False):
        labels[i] = "exotic"
    return case(base, {**base.columns, base.target: labels}, "data_rare_class", base.target)
