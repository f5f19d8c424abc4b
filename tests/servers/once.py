"""Files that are made once in a test run, by the process that needs them first."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The file of this name. The first caller makes it; with `pytest -n`, all processes share it."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    folder = factory.getbasetemp().parent / run if run else factory.getbasetemp() / "once"
    folder.mkdir(exist_ok=True)
    file = folder / name
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            unfinished = folder / f"unfinished-{name}"
            make(unfinished)
            unfinished.rename(file)
    return file
