"""The service's own programs as real processes, for acceptance tests and benchmarks."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import httpx

from gradus.client import Client, Credentials
from gradus.errors import Unavailable
from gradus.wire.key import Role
from hub.access import keys, workspaces
from hub.database.database import Database
from hub.tables import DEFAULT_WORKSPACE
from tests.servers.warm import FOR_ALL, MODULES, Warm, WarmProcess

ROOT = Path(__file__).parents[2]
SECONDS = 180.0
SHARED = ("GRADUS_DATASETS_DIR", "GRADUS_TRAINER_SERVER")
"""Variables of this process that all services of a test run get."""


warm: Warm | None = None
"""The process from which tests fork services, APIs and workers. None in benchmarks, which start new processes, as users
do."""


def start(
    command: Sequence[str], env: Mapping[str, str], log: BinaryIO, folder: Path = ROOT
) -> "subprocess.Popen[bytes] | WarmProcess":
    """Run `python -m` with this command in this folder; its output goes to the log."""
    if warm is not None and command[0] in MODULES:
        return warm.start(command, env, log, folder)
    return subprocess.Popen(
        [sys.executable, "-m", *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=env
    )


@contextlib.contextmanager
def new_interpreters() -> Iterator[None]:
    """Fork nothing within the block, so that tests can start the real command lines."""
    global warm  # noqa: PLW0603
    before, warm = warm, None
    try:
        yield
    finally:
        warm = before


@contextlib.contextmanager
def warm_processes() -> Iterator[None]:
    """Within the block, fork services, APIs and workers from a process that has already imported them. It starts when
    it is first needed; with `pytest -n`, all test processes share one."""
    global warm  # noqa: PLW0603
    warm = Warm(os.environ.get(FOR_ALL))
    try:
        yield
    finally:
        warm.stop()
        warm = None


class Program:
    """A Python module of this checkout in a separate process, whose output goes to a file."""

    def __init__(self, log: Path, *command: object, env: Mapping[str, str]) -> None:
        self.log = log
        own = {name: value for name, value in os.environ.items() if not name.startswith("GRADUS_")}
        shared = {name: os.environ[name] for name in SHARED if name in os.environ}
        with log.open("ab") as out:
            self.process = start([str(word) for word in command], {**own, **shared, **env}, out)

    def stop(self, seconds: float = 60.0) -> int:
        """End the process with SIGTERM, as a user would; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End the process with SIGKILL, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def wait_for(self, words: str) -> str:
        """Wait until the process has printed these words; returns everything that it has printed."""
        wait_until(lambda: words in self.log.read_text() or self.process.poll() is not None, f"{words!r} in {self.log}")
        printed = self.log.read_text()
        assert words in printed, f"it ended with exit code {self.process.poll()}: {printed}"
        return printed

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            try:
                self.stop()
            finally:
                self.kill()


def wait_until(ready: Callable[[], object], what: str, seconds: float = SECONDS) -> None:
    """Wait until `ready` is true; fail after the given number of seconds."""
    began = time.monotonic()
    while not ready():
        waited = time.monotonic() - began
        assert waited < seconds, f"waited {seconds} s in vain for: {what}"
        time.sleep(min(0.1, 0.01 + waited / 20))  # who looks all the time takes from what is waited for


def gone(pid: int) -> bool:
    """Whether the process does not exist, or is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@contextlib.contextmanager
def running_api(folder: Path, env: Mapping[str, str]) -> Iterator[tuple[Program, Client]]:
    """An API process that is ready, and a client with an admin's key."""
    port = free_port()
    access = Credentials(f"http://127.0.0.1:{port}", admin_key(env["GRADUS_DATABASE_URL"]))
    program = Program(folder / f"api-{port}.log", "api", "--port", port, env=env)
    with program, Client(access.url, key=access.key) as client:
        wait_until(lambda: answers(client) or program.process.poll() is not None, f"an answer on port {port}")
        assert program.process.poll() is None, program.log.read_text()
        yield program, client


def answers(client: Client) -> bool:
    """Whether the service answers."""
    try:
        client.with_options(max_retries=0).system()
    except Unavailable:
        return False
    return True


@contextlib.contextmanager
def running_worker(folder: Path, name: str, env: Mapping[str, str]) -> Iterator[Program]:
    """A worker process with one thread, whose trainer is ready."""
    with Program(folder / f"{name}.log", "worker", "--slots", 1, "--threads", 1, env=env) as program:
        program.wait_for("is ready")
        yield program


def service_env(folder: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """The environment variables of a service's API and workers."""
    return {
        "GRADUS_DATA_DIR": str(folder),
        "GRADUS_DATABASE_URL": database_url,
        "GRADUS_REDIS_URL": redis_url,
        "GRADUS_ARTIFACTS_URL": str(folder / "artifacts"),
    }


def admin_key(database_url: str, workspace: str = DEFAULT_WORKSPACE) -> str:
    """A new admin's key, made as by `python -m api.keys create --role admin`."""
    at = datetime.now(UTC)
    with contextlib.closing(Database(database_url)) as database, database.write() as session:
        workspaces.ensure(session, workspace, at)
        return keys.create(session, workspace, "test", Role.ADMIN, at).key


def saved_access(folder: Path) -> Credentials:
    """The URL and key that `gradus up` has stored for clients."""
    return Credentials(**json.loads((folder / "client.json").read_text()))


def saved_client(folder: Path) -> Client:
    """A client with the URL and key that `gradus up` has stored."""
    access = saved_access(folder)
    return Client(access.url, key=access.key)


def http_client(access: Credentials, seconds: float = 60.0) -> httpx.Client:
    """A plain HTTP client of a service, which sends the key."""
    return httpx.Client(base_url=access.url, headers={"Authorization": f"Bearer {access.key}"}, timeout=seconds)


def free_port() -> int:
    """A port on which no process listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
