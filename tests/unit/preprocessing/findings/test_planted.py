"""Each fault that was planted in a table is found, and nothing is reported for a healthy table."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from benchmarks.planted.bases import Base, bases, healthy
from benchmarks.planted.plants import PLANTS, Plant
from gradus.wire.finding import Finding
from preprocessing.findings.find import findings
from tests.tables import store

BASES = [base for base in bases(None) if base.name in ("made up 0", "made up 1", "made up 2", "wine")]
ALARMS = ("critical", "warning")


def planted_in(plant: Plant) -> list[Base]:
    """The first table in which the fault can be planted, with the fault."""
    possible = [base for base in BASES if plant(base, np.random.default_rng(1), 1) is not None]
    return possible[:1]


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found_where_it_is(plant: Plant, tmp_path: Path) -> None:
    (base,) = planted_in(plant)
    case = plant(base, np.random.default_rng(1), 1)
    assert case is not None
    found = findings(store(tmp_path, case.columns), case.question)
    (expected,) = (one for one in found if one.id == case.expected and case.column in (None, one.column))
    assert_complete(expected)
    assert case.expected not in found_before(base.name)


@cache
def found_before(name: str) -> frozenset[str]:
    """The findings about a table before a fault is planted in it."""
    (base,) = (one for one in BASES if one.name == name)
    with TemporaryDirectory() as folder:
        found = findings(store(Path(folder) / "healthy", base.columns), next(healthy(base)).question)
    return frozenset(one.id for one in found)


def assert_complete(finding: Finding) -> None:
    assert finding.evidence
    assert not finding.because.endswith(".")
    assert all(patch.why for patch in finding.patches)


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_a_healthy_table_raises_no_alarm(base: Base, tmp_path: Path) -> None:
    for i, case in enumerate(healthy(base)):
        found = findings(store(tmp_path / str(i), case.columns), case.question)
        assert [(one.id, one.column) for one in found if one.severity in ALARMS] == []


def test_the_gravest_findings_come_first(tmp_path: Path) -> None:
    columns = {**BASES[0].columns, "given away": BASES[0].columns["target"], "same": [1] * BASES[0].rows}
    question = next(healthy(BASES[0])).question
    found = findings(store(tmp_path, columns), question)
    assert [one.severity for one in found] == sorted(
        (one.severity for one in found), key=("critical", "warning", "note").index
    )
    assert found[0].id == "data_leak"
