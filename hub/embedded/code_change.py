"""Whether the code of the service has changed since it was started, as after `git pull`."""

import os
from collections.abc import Iterator
from pathlib import Path

HINT = "the code of Gradus has changed since this service was started, as after `git pull`: start it again"


def changed_since(root: Path, seconds: float) -> bool:
    """Whether a Python file of the packages in this folder was written after this time, in seconds since 1970."""
    packages = (found.parent for found in root.glob("*/__init__.py"))
    return any(os.stat(file).st_ctime > seconds for package in packages for file in _python_files(package))  # noqa: PTH116


def _python_files(folder: Path) -> Iterator[str]:
    for path, _, names in os.walk(folder):
        yield from (os.path.join(path, name) for name in names if name.endswith(".py"))  # noqa: PTH118
