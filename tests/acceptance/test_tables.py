"""Real files through the whole service, from the upload to metrics equal to scikit-learn's."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.tables.case import Case, Folders, Missing
from benchmarks.tables.check import check
from benchmarks.tables.files import FILES
from benchmarks.tables.pictures import cifar10
from benchmarks.tables.service import Served, service

CASES = {case.name: case for case in FILES}
SMALL = (CASES["penguins"], CASES["auto_imports"], replace(CASES["cifar10"], files=cifar10(most=4)))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with service(tmp_path_factory.mktemp("service")) as one:
        yield one


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_a_real_file_is_read_described_judged_and_learned_as_references_say(
    case: Case, served: Served, tmp_path: Path
) -> None:
    folders = Folders(Path(os.environ.get("GRADUS_DATASETS_DIR", "")), tmp_path, tmp_path)
    if not (folders.datasets / "tables").is_dir():
        pytest.skip("the real tables are not in GRADUS_DATASETS_DIR")
    try:
        found = check(case, served, folders)
    except Missing as reason:
        pytest.skip(str(reason))
    assert found.faults == ()
