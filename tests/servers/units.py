"""Which tests stay together: those of a file, and those of some folders, whose files share what is slow to start."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/acceptance/browser/modules/",)
"""Folders whose files one test process runs one after the other. Their fixtures live as long as the package."""


def unit(nodeid: str) -> str:
    """What the test belongs to: its file, or its folder."""
    return next(filter(nodeid.startswith, TOGETHER), nodeid.partition("::")[0])


class UnitScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist is untyped
    """`--dist loadfile`, with units in the place of files."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> UnitScheduling | None:
    """The scheduler of `pytest -n`."""
    return UnitScheduling(config, log) if config.getoption("dist") == "loadfile" else None
