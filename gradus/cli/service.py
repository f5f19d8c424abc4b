"""Start the embedded service, which lives outside this package: as this process, or as a child of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gradus.client import Access, find_access
from gradus.client.access import data_dir
from gradus.errors import BadRequest, Unavailable

NEEDED = ("hub", "api", "worker", "uvicorn", "celery", "sqlalchemy", "torch")
"""What the service is made of."""
ALREADY_RUNNING = 4
"""The exit code of a start on a folder that another service holds."""


@dataclass(frozen=True)
class Start:
    """How to start it."""

    data: Path | None
    host: str
    port: int
    workers: int | None
    root_path: str = ""
    """Below which a proxy serves it."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        return data_dir() if self.data is None else self.data

    @property
    def command(self) -> list[str]:
        """The program and its arguments."""
        options = ["--data", str(self.folder), "--host", self.host, "--port", str(self.port)]
        root = ["--root-path", self.root_path] if self.root_path else []
        workers = [] if self.workers is None else ["--workers", str(self.workers)]
        return [
            sys.executable,
            "-P",
            "-m",
            "hub.embedded",
            *options,
            *root,
            *workers,
        ]  # whatever the current folder holds


@dataclass(frozen=True)
class Service:
    """A service that is ready; its process, unless it was there before."""

    access: Access
    child: "subprocess.Popen[bytes] | None"


def become(start: Start) -> None:
    """Turn this process into the service; does not return."""
    _require()
    os.execv(start.command[0], start.command)  # noqa: S606


@contextmanager
def running(start: Start) -> Iterator[Service]:
    """The service, ready: the one on this folder, else a child, which ends with the block or with this process.

    Raises:
        Unavailable: it did not start; it has said why.
    """
    _require()
    reading, writing = os.pipe()
    child = subprocess.Popen(  # noqa: S603
        [*start.command, "--ready-fd", str(writing)], stdin=subprocess.PIPE, pass_fds=[writing]
    )
    os.close(writing)
    try:
        yield _ready(reading, child, start.folder)
    finally:
        child.terminate()
        child.wait()


def _ready(reading: int, child: "subprocess.Popen[bytes]", folder: Path) -> Service:
    """Waits for the line that says where the service listens; the end of the pipe says that there is none."""
    with os.fdopen(reading) as pipe:
        line = pipe.readline()
    if line:
        return Service(Access(**json.loads(line)), child)
    if child.wait() == ALREADY_RUNNING:
        return Service(find_access(env={"GRADUS_DATA_DIR": str(folder)}), None)
    raise Unavailable("the service did not start", code="not_started")


def _require() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise BadRequest(
            f"the service is not installed here (no {', '.join(missing)}): in a checkout of the project, "
            "run scripts/run, or pip install -c constraints.txt -e '.[embedded]'",
            code="not_installed",
        )
