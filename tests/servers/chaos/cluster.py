"""The API, workers, Valkey and Postgres as separate processes. The test restarts each of them when it has ended."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gradus.client import Credentials
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from hub.valkey.lock import Lock
from tests.servers.chaos.families import children, family
from tests.servers.chaos.service import WORKERS, tempered
from tests.servers.chaos.victims import Victim
from tests.servers.lossy import LossyPostgres
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.processes import Program, admin_key, free_port, service_env
from tests.servers.trainers import trainers_of

KILLABLE = {"fsync": "off", "autovacuum": "off", "shared_buffers": "32MB"}
"""Settings of a Postgres whose processes may be killed at any time. A commit need not survive a power cut, only the end
of the process."""


class ClusterService:
    """An API, some workers, and their Postgres and Valkey servers."""

    name = "Postgres, API and workers apart"

    def __init__(self, folder: Path, postgres: Postgres, valkey: ValkeyServer, proxy: LossyPostgres) -> None:
        self.folder = folder
        self._proxy = proxy
        self._postgres = postgres
        self._valkey = valkey
        self._found_by: dict[Victim, Callable[[], list[int]]] = {
            Victim.TRAINER: lambda: [trainer for worker in self._alive("worker") for trainer in trainers_of(worker)],
            Victim.WORKER: lambda: self._alive("worker"),
            Victim.API: lambda: self._alive("api"),
            Victim.VALKEY: lambda: [] if valkey.pid is None else [valkey.pid],
            Victim.POSTGRES: lambda: [postgres.pid] if postgres.alive else [],
            Victim.SESSION: lambda: children(postgres.pid) if postgres.alive else [],
            Victim.EVERYTHING: self._everything,
        }
        self.victims = tuple(self._found_by)
        self.database_url = postgres.url()
        self.redis_url = valkey.url
        port = free_port()
        self.access = Credentials(f"http://127.0.0.1:{port}", admin_key(self.database_url))
        self._env = {
            **service_env(folder, proxy.url("postgres") if proxy.share else self.database_url, self.redis_url),
            **tempered(),
        }
        workers = {f"worker-{i}": ("worker", "--slots", 1, "--threads", 1) for i in range(1, WORKERS + 1)}
        self._commands: dict[str, tuple[object, ...]] = {"api": ("api", "--port", port), **workers}
        self.programs = {name: self._start(name) for name in self._commands}

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def lost_commits(self) -> int:
        return self._proxy.lost

    def pids(self, victim: Victim) -> list[int]:
        return self._found_by[victim]()

    def mend(self) -> None:
        if not self._postgres.alive:
            self._postgres.revive()
        if Lock(self._valkey.folder).holder() is None:  # one that is frozen is there, though it does not answer
            self._valkey.start()
        for name, program in self.programs.items():
            if program.process.poll() is not None:
                self.programs[name] = self._start(name)

    def _everything(self) -> list[int]:
        heads = (Victim.API, Victim.WORKER, Victim.VALKEY, Victim.POSTGRES)
        families = (pid for head in heads for one in self.pids(head) for pid in family(one))
        return sorted({*families, *self.pids(Victim.TRAINER)})  # a server for all tests may have forked trainers

    def _start(self, name: str) -> Program:
        return Program(self.folder / f"{name}.log", *self._commands[name], env=self._env)

    def _alive(self, module: str) -> list[int]:
        found = [one.process for name, one in self.programs.items() if name.startswith(module)]
        return [process.pid for process in found if process.poll() is None]


@contextmanager
def cluster_service(folder: Path, lost: float = 0.0, seed: int = 0) -> Iterator[ClusterService]:
    """The service, once it is ready. All of its processes end with the block. `lost` is the share of commits whose
    acknowledgement is lost."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(KILLABLE))
        proxy = stack.enter_context(LossyPostgres(postgres.socket, lost, seed))
        valkey = stack.enter_context(ValkeyServer(folder / "valkey"))
        upgrade(postgres.url())
        service = ClusterService(folder, postgres, valkey, proxy)
        try:
            for name in ("worker-1", "worker-2"):
                service.programs[name].wait_for("is ready")
            yield service
        finally:
            for program in service.programs.values():
                stack.push(program)
