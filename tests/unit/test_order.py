"""The order in which test files run."""

from tests.servers.order import places

LONG = ["tests/acceptance/chaos/test_sqlite.py", "tests/integration/fuzz/test_api.py"]
WAIT = [f"tests/acceptance/test_{i}.py" for i in range(3)]
COMPUTE = [f"tests/unit/test_{i}.py" for i in range(10)]


def ordered(files: list[str]) -> list[str]:
    place = places(files)
    return sorted(files, key=lambda file: place[file])


def test_the_longest_come_first_and_what_waits_is_among_what_computes() -> None:
    found = ordered([*WAIT, *COMPUTE, *LONG])
    assert found[:2] == LONG
    assert [i for i, file in enumerate(found) if file in WAIT] == [2, 5, 8]
    assert [file for file in found if file in COMPUTE] == COMPUTE


def test_files_of_one_kind_keep_their_order() -> None:
    assert ordered(WAIT) == WAIT
    assert ordered(COMPUTE) == COMPUTE
    assert ordered([]) == []
