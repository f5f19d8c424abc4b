"""Which tests stay in one process: those of a file, and those of files that share something that starts slowly."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_BROWSER = "tests/acceptance/browser/"
TOGETHER = {
    f"{_BROWSER}curves": tuple(f"{_BROWSER}test_{page}.py" for page in ("experiment", "new", "sweep")),
    f"{_BROWSER}pages": (_BROWSER,),
}
"""For each unit, the beginnings of the paths of its files. One test process runs the files of a unit one after the
other, so that their package-wide fixtures start only once. The files of the browser are two units, because a single one
would take longer than everything else."""


def unit(nodeid: str) -> str:
    """The unit that a test belongs to: its file, or the name of a group of files."""
    file = nodeid.partition("::")[0]
    return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)


class UnitScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist is untyped
    """The scheduler of `--dist loadfile`, but with units instead of files."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> UnitScheduling | None:
    """Use units if `pytest -n` distributes tests by file."""
    return UnitScheduling(config, log) if config.getoption("dist") == "loadfile" else None
