"""A row's place in the file, or the name of its file, that predicts the target."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from gradus.wire.finding import Evidence, Finding
from preprocessing.findings.build import finding, of_columns, of_dataset
from preprocessing.findings.leak import THRESHOLD, score_of
from preprocessing.findings.sheet import Sheet

SORTED = 0.9
"""Score of the row's position from which on the file counts as sorted by the target."""


def index_predicts(sheet: Sheet) -> Iterator[Finding]:
    """Files that are sorted by the target. Pictures always are, because they are read folder by folder, so they are not
    checked."""
    if any(column.type == "image" for column in sheet.columns):
        return
    found = score_of(sheet, sheet.rows.astype(np.float64), SORTED)
    if found is None or found.low < SORTED:
        return
    by_place = sheet.question.split in ("time", "files")
    yield finding(
        "index_predicts",
        "warning",
        None,
        f"the place of a row in the file predicts '{sheet.question.target}' with a score of {found.value:.3f}: the "
        f"file is sorted, so a part cut from its end would have other classes or values than the rest",
        [Evidence(statistic=found.name, value=found.value, threshold=SORTED)],
        *([of_dataset({"split": "stratified"}, "draws the parts at random")] if by_place else []),
    )


def file_name_predicts(sheet: Sheet) -> Iterator[Finding]:
    """Names of files whose numbers or words predict the target."""
    for column in sheet.columns:
        if column.type != "text" or not _are_paths(sheet.texts(column.name)):
            continue
        names = sheet.texts(column.name)
        codes = sheet.column(column.name).values
        for what, values in (("word", _words(names)), ("number", _numbers(names))):
            found = score_of(sheet, _of_rows(values, codes), THRESHOLD)
            if found is not None and found.low >= THRESHOLD:
                yield finding(
                    "file_name_predicts",
                    "warning" if column.role == "ignore" or column.name in sheet.question.ignored else "critical",
                    column.name,
                    f"the {what} in the names of '{column.name}' predicts '{sheet.question.target}' with a score of "
                    f"{found.value:.4f}: files of one class were made or numbered together",
                    [Evidence(statistic=found.name, column=column.name, value=found.value, threshold=THRESHOLD)],
                    of_columns({column.name: "ignore"}, "leaves the names out"),
                )
                break


def _are_paths(names: list[str]) -> bool:
    return len(names) > 20 and all(re.search(r"\.[A-Za-z0-9]{2,5}$", name) for name in names[:1000])


def _words(names: list[str]) -> NDArray[np.int64]:
    """A code for each file name, with its numbers masked. Folder names are ignored, because they are the classes."""
    stems = [re.sub(r"\d+", "#", PurePosixPath(name.replace("\\", "/")).stem) for name in names]
    return np.unique(stems, return_inverse=True)[1].astype(np.int64)


def _numbers(names: list[str]) -> NDArray[np.float64]:
    """The last number in each file's own name; NaN for none."""
    found = [re.findall(r"\d+", PurePosixPath(name.replace("\\", "/")).stem) for name in names]
    return np.array([float(digits[-1][:300]) if digits else np.nan for digits in found])


def _of_rows(
    values: NDArray[np.int64] | NDArray[np.float64], codes: NDArray[np.int64]
) -> NDArray[np.int64] | NDArray[np.float64]:
    if values.dtype == np.int64:
        return np.append(values, -1)[codes].astype(np.int64)
    return np.append(values, np.nan)[codes].astype(np.float64)
