"""Which tests stay together: those of a file, and files that share what is slow to start."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_BROWSER = "tests/acceptance/browser/"
TOGETHER = {
    f"{_BROWSER}curves": tuple(f"{_BROWSER}test_{page}.py" for page in ("experiment", "new", "sweep")),
    f"{_BROWSER}pages": (_BROWSER,),
}
"""Beginnings of the names of files that one test process runs one after the other. Their fixtures live as long as the
package. The files of the browser are two units, as one would take longer than everything else."""


def unit(nodeid: str) -> str:
    """What the test belongs to: its file, or files that stay together."""
    file = nodeid.partition("::")[0]
    return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)


class UnitScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist is untyped
    """`--dist loadfile`, with units in the place of files."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> UnitScheduling | None:
    """The scheduler of `pytest -n`."""
    return UnitScheduling(config, log) if config.getoption("dist") == "loadfile" else None
