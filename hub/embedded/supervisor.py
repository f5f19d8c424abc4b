"""The supervisor: starts the parts in order, restarts them when they die, and stops them in reverse order."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from gradus import environment
from gradus.client import Client, Credentials
from gradus.errors import Unavailable
from gradus.root_path import ROOT_PATH, escaped
from gradus.wire.system import WorkerRecord
from hub.embedded import code_change
from hub.embedded.data_folder import DataFolder
from hub.embedded.devices import gpus, unlisted_gpu, worker_envs
from hub.embedded.failure import failure, fatal
from hub.embedded.forked import can_fork
from hub.embedded.local_key import own_key
from hub.embedded.orphans import end_orphans
from hub.embedded.parts import ROOT, ModulePart, Part, ValkeyPart
from hub.embedded.ports import url_of
from hub.embedded.restarts import RestartedPart
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from hub.valkey.socket_path import possible

TRAINER_SERVER = "worker.trainer.fork_server"
FORK_SERVER = "GRADUS_TRAINER_SERVER"
"""Variable with the fork server's socket. If it is already set, the workers use that fork server."""
FORKED_MODULES = ("api.main", "worker.worker_process", "worker.slot")
"""What API and workers import. Parts that are forked from this process need not import it again."""
START_SECONDS = 180.0
"""Timeout of the start. It is long, because a busy machine makes parts slow; parts that die are noticed at once."""
STOP_SECONDS = 20.0
"""Timeout for a part to end by itself. Usually parts take a few seconds at most."""
ROTATE_SECONDS = 10.0
"""Interval of checks whether logs must be rotated."""
MAX_STARTUP_DEATHS = 3
"""A part that dies this often during startup fails the start."""


class Stopped(Exception):
    """The service was stopped during its startup."""


class Supervisor:
    """Supervises one service on one data folder."""

    def __init__(
        self,
        folder: DataFolder,
        host: str,
        port: int,
        workers: int | None,
        say: Callable[[str], None],
        root_path: str = "",
    ) -> None:
        self.folder = folder
        self._address = (host, port)
        self._root_path = root_path
        self._valkey = ValkeyServer(folder.valkey)
        found = gpus()  # forked processes cannot use GPUs
        hidden_gpu = unlisted_gpu()
        self._forks = not found and not hidden_gpu and _can_fork(folder)
        self._envs = worker_envs(workers, found, hidden_gpu=hidden_gpu)
        self._say = say
        self._stop = threading.Event()
        self._parts: list[RestartedPart] = []
        self._required: list[RestartedPart] = []
        self._workers: list[RestartedPart] = []
        self._began = time.time()
        self._code_changed = False

    def stop(self) -> None:
        """Request a stop. Safe to call from a signal handler."""
        self._stop.set()

    def start(self) -> tuple[Credentials, Sequence[WorkerRecord]]:
        """Start all parts. Returns the access data and the workers once the API answers and the workers are ready.

        Raises:
            Unavailable: a part fails to start.
            Stopped: the service was stopped during its startup.
        """
        end_orphans(self.folder.running)
        self._rotate_logs()
        if self._forks:  # first, because it takes longest
            self._start_part(self._trainer_server())
        self._required.append(self._start_part(ValkeyPart(self._valkey)))
        if can_fork():
            for module in FORKED_MODULES:
                import_module(module)
        upgrade(self.folder.database_url)
        access = self._access()
        self._required.append(self._start_part(self._api()))
        self._workers.extend(map(self._start_part, self._worker_parts()))
        return access, self._when_ready(access)

    def _access(self) -> Credentials:
        """The URL and the key, stored for the CLI and the client."""
        previous = self.folder.access()
        key = own_key(self.folder.database_url, previous.key if previous else None)
        access = Credentials(url_of(*self._address) + escaped(self._root_path), key)
        self.folder.write_access(access)
        return access

    def watch(self) -> None:
        """Keep the parts running until asked to stop.

        Raises:
            Unavailable: a part that the service needs keeps dying.
        """
        rotate_at = 0.0
        while not self._stop.wait(0.1):
            self._check_parts()
            if lost := fatal(self._required, self._workers):
                raise failure(lost, "keeps dying", code_change.HINT if self._code_changed else None)
            if time.monotonic() >= rotate_at:
                self._rotate_logs()
                rotate_at = time.monotonic() + ROTATE_SECONDS
        self._say("Stopping …")

    def end(self) -> None:
        """End all parts: API and workers together, then what they use."""
        parts = [restarted.part for restarted in self._parts]
        used = 1 + self._forks
        for together in (parts[used:], parts[:used]):
            _end(together, STOP_SECONDS)

    def _start_part(self, part: Part) -> RestartedPart:
        if self._stop.is_set():
            raise Stopped
        restarted = RestartedPart(part, self._say)
        self._parts.append(restarted)
        restarted.start(time.monotonic())
        return restarted

    def _api(self) -> Part:
        host, port = self._address
        env = {**self._env(), ROOT_PATH: self._root_path}
        return ModulePart("api", self.folder, ["api", "--host", host, "--port", str(port)], env)

    def _trainer_server(self) -> Part:
        command = [TRAINER_SERVER, str(self.folder.trainer_server)]
        return ModulePart("trainers", self.folder, command, {}, alone=True)  # imports torch, single-threaded

    def _worker_parts(self) -> Sequence[Part]:
        forked = {FORK_SERVER: str(self.folder.trainer_server)} if self._forks else {}
        return [
            ModulePart(f"worker-{i}", self.folder, ["worker"], {**self._env(), **forked, **env})
            for i, env in enumerate(self._envs, start=1)
        ]

    def _env(self) -> Mapping[str, str]:
        """URLs and secrets are passed in the environment, because all users can read command lines."""
        datasets = environment.folder(os.environ, "GRADUS_DATASETS_DIR")
        own = {"GRADUS_DATASETS_DIR": str(datasets)} if datasets else {}
        return own | {
            "GRADUS_DATA_DIR": str(self.folder.path),
            "GRADUS_DATABASE_URL": self.folder.database_url,
            "GRADUS_ARTIFACTS_URL": str(self.folder.path / "artifacts"),
            "GRADUS_REDIS_URL": self._valkey.url,
        }

    def _when_ready(self, access: Credentials) -> Sequence[WorkerRecord]:
        deadline = time.monotonic() + START_SECONDS
        with Client(access.url, key=access.key) as client:
            while time.monotonic() < deadline:
                workers = self._ours(client)
                if len(workers) == len(self._envs):
                    return workers
                if self._stop.wait(0.05):
                    raise Stopped
                self._check_parts()
                self._check_startup()
        raise Unavailable(f"the service is not ready after {START_SECONDS:.0f} s: see {self.folder.logs}")

    def _ours(self, client: Client) -> Sequence[WorkerRecord]:
        """The workers of this service that are ready. The API may still list workers from before a crash."""
        pids = {restarted.part.pid for restarted in self._parts if isinstance(restarted.part, ModulePart)}
        try:
            return [worker for worker in client.with_options(max_retries=0).system().workers if worker.pid in pids]
        except Unavailable:
            return []

    def _check_parts(self) -> None:
        deaths = self._deaths()
        for restarted in self._parts:
            restarted.check(time.monotonic())
        if self._deaths() > deaths and not self._code_changed and code_change.changed_since(ROOT, self._began):
            self._code_changed = True
            self._say(f"The reason may be that {code_change.HINT}.")

    def _deaths(self) -> int:
        return sum(restarted.deaths for restarted in self._parts)

    def _rotate_logs(self) -> None:
        try:
            self.folder.rotate_logs()
        except OSError as error:  # such as a full disk, which the parts must handle as well
            self._say(f"cannot rotate the logs: {error}")

    def _check_startup(self) -> None:
        """Fail the start if a part has died too often before all parts are ready: it would only die again."""
        for restarted in self._parts:
            if restarted.deaths >= MAX_STARTUP_DEATHS:
                raise failure(restarted, "failed to start")


def _can_fork(folder: DataFolder) -> bool:
    """Whether this service can run its own fork server for trainers."""
    return not os.environ.get(FORK_SERVER) and sys.platform == "linux" and possible(folder.trainer_server)


def _end(parts: Sequence[Part], seconds: float) -> None:
    """End several parts at the same time."""
    for part in parts:
        part.terminate()
    deadline = time.monotonic() + seconds
    for part in parts:
        part.end(max(0.0, deadline - time.monotonic()))
