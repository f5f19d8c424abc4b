"""`gradus up` as a victim: SQLite, and a supervisor that restarts its parts. The test restarts the supervisor
itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gradus.client import Credentials
from hub.valkey import ValkeyServer
from hub.valkey.config import read_access
from hub.valkey.lock import Lock
from tests.servers.chaos.families import children, family, program_name
from tests.servers.chaos.service import WORKERS, tempered
from tests.servers.chaos.victims import Victim
from tests.servers.processes import Program, free_port, saved_access
from tests.servers.trainers import trainers_of, without_trainer_server


class EmbeddedService:
    """A data folder, and the processes that use it."""

    name = "SQLite, gradus up"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._port = free_port()
        self._found_by: dict[Victim, Callable[[], list[int]]] = {
            Victim.TRAINER: lambda: [trainer for worker in self._parts("worker") for trainer in trainers_of(worker)],
            Victim.WORKER: lambda: self._parts("worker"),
            Victim.API: lambda: self._parts("api"),
            Victim.VALKEY: self._valkey,
            Victim.SUPERVISOR: self._supervisor,
            Victim.EVERYTHING: self._everything,
        }
        self.victims = tuple(self._found_by)
        self.program = self._up()

    @property
    def data(self) -> Path:
        """The data folder of the service."""
        return self.folder / "data"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.data / 'gradus.db'}"

    @property
    def redis_url(self) -> str:
        access = read_access(self.data / "valkey" / "valkey.conf")
        assert access is not None, "Valkey was never started here"
        return access.url

    @property
    def access(self) -> Credentials:
        return saved_access(self.data)

    @property
    def artifacts(self) -> Path:
        return self.data / "artifacts"

    @property
    def lost_commits(self) -> int:
        return 0

    def pids(self, victim: Victim) -> list[int]:
        return self._found_by[victim]()

    def mend(self) -> None:
        if self.program.process.poll() is not None:
            self.program = self._up()

    def _up(self) -> Program:
        env = {"GRADUS_DATA_DIR": str(self.data), **tempered(), **without_trainer_server()}
        command = ("hub.embedded", "--port", self._port, "--workers", WORKERS)
        return Program(self.folder / "up.log", *command, env=env)

    def _supervisor(self) -> list[int]:
        return [self.program.process.pid] if self.program.process.poll() is None else []

    def _everything(self) -> list[int]:
        """All processes of the service. The fork server of the trainers may have been forked by the tests' own server,
        so that it is no child of the supervisor."""
        return sorted({*family(self.program.process.pid), *self._trainers(), *self._valkey()})

    def _trainers(self) -> list[int]:
        """The fork server of the trainers, and all its descendants."""
        file = self.data / "running" / "trainers"
        pid = int(file.read_text() or 0) if file.exists() else 0
        return family(pid) if program_name(pid) == "gradus-trainers" else []

    def _parts(self, module: str) -> list[int]:
        """The supervisor's children that run this module, found by their process names."""
        return [pid for pid in children(self.program.process.pid) if program_name(pid).startswith(f"gradus-{module}")]

    def _valkey(self) -> list[int]:
        """The Valkey server that holds the lock. An adopted server is no child of the supervisor."""
        pid = Lock(self.data / "valkey").holder()
        return [] if pid is None else [pid]


@contextmanager
def embedded_service(folder: Path) -> Iterator[EmbeddedService]:
    """The service, once it is ready. All of its processes end with the block."""
    service = EmbeddedService(folder)
    try:
        service.program.wait_for("is ready")
        yield service
    finally:
        with service.program:
            """Ends the service in order, if it still runs."""
        with ValkeyServer(service.data / "valkey"):
            """Adopts a Valkey server that was left behind, and ends it."""
