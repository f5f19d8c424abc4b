"""All findings about a stored table."""

from collections.abc import Callable, Iterator

from gradus.wire.finding import SEVERITIES, Finding
from preprocessing.findings.balance import class_imbalance, few_rows, rare_classes
from preprocessing.findings.distribution import heavy_tails, skewed_target, unseen_categories
from preprocessing.findings.duplicates import contradictory_labels, duplicate_rows, equal_rows_across_parts
from preprocessing.findings.groups import group_in_two_parts, group_not_kept
from preprocessing.findings.images import similar_images
from preprocessing.findings.leak import leaks, missing_by_class
from preprocessing.findings.many import gathered
from preprocessing.findings.order import file_name_predicts, index_predicts
from preprocessing.findings.question import Question
from preprocessing.findings.sheet import Sheet
from preprocessing.findings.spelling import mojibake, similar_classes
from preprocessing.findings.time import time_travel
from preprocessing.findings.units import mixed_units
from preprocessing.findings.useless import constants, id_columns, one_column
from preprocessing.table import Table

Check = Callable[[Sheet], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    leaks,
    missing_by_class,
    file_name_predicts,
    time_travel,
    group_in_two_parts,
    group_not_kept,
    equal_rows_across_parts,
    similar_images,
    contradictory_labels,
    duplicate_rows,
    index_predicts,
    similar_classes,
    mixed_units,
    mojibake,
    unseen_categories,
    class_imbalance,
    rare_classes,
    heavy_tails,
    one_column,
    id_columns,
    constants,
    skewed_target,
    few_rows,
)
"""In the order in which findings of the same severity are listed."""


def findings(table: Table, question: Question | None = None) -> tuple[Finding, ...]:
    """What is wrong with the table, the gravest first."""
    sheet = Sheet(table, question or Question())
    found = gathered(one for check in CHECKS for one in check(sheet))
    return tuple(sorted(found, key=lambda one: SEVERITIES.index(one.severity)))
