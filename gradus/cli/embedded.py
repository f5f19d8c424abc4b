"""Starts the embedded service, which is not part of this package, either in place of this process or as its child."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from gradus.client import Credentials, find_credentials
from gradus.data_folder import data_dir
from gradus.errors import BadRequest, Unavailable

NEEDED = ("hub", "api", "worker", "uvicorn", "celery", "sqlalchemy", "torch")
"""The modules that a service needs."""
ALREADY_RUNNING = 4
"""The exit code of the service if another one is using the data folder."""


@dataclass(frozen=True)
class ServiceOptions:
    """How to start the service."""

    data: Path | None
    host: str
    port: int
    workers: int | None
    root_path: str = ""
    """The path under which a proxy serves it."""

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
        ]  # -P: modules in the current folder are not imported


@dataclass(frozen=True)
class Service:
    """A service that is ready, and its process unless it was running already."""

    credentials: Credentials
    child: "subprocess.Popen[bytes] | None"


def exec_service(options: ServiceOptions) -> None:
    """Replace this process by the service; does not return."""
    _require_installed()
    os.execv(options.command[0], options.command)  # noqa: S606


@contextmanager
def running_service(options: ServiceOptions) -> Iterator[Service]:
    """A ready service: the one that uses the data folder, else a child that ends with the block or with this process.

    Raises:
        Unavailable: it did not start; it has printed why.
    """
    _require_installed()
    reading, writing = os.pipe()
    child = subprocess.Popen(  # noqa: S603
        [*options.command, "--ready-fd", str(writing)], stdin=subprocess.PIPE, pass_fds=[writing]
    )
    os.close(writing)
    try:
        yield _ready(reading, child, options.folder)
    finally:
        child.terminate()
        child.wait()


def _ready(reading: int, child: "subprocess.Popen[bytes]", folder: Path) -> Service:
    """Wait for the line with the address that the service listens on; an empty pipe means that it did not start."""
    with os.fdopen(reading) as pipe:
        line = pipe.readline()
    if line:
        return Service(Credentials(**json.loads(line)), child)
    if child.wait() == ALREADY_RUNNING:
        return Service(find_credentials(env={"GRADUS_DATA_DIR": str(folder)}), None)
    raise Unavailable("the service did not start", code="not_started")


def _require_installed() -> None:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise BadRequest(
            f"the service is not installed ({', '.join(missing)} missing): in a checkout of the project, "
            "run scripts/run, or pip install -c constraints.txt -e '.[embedded]'",
            code="not_installed",
        )
