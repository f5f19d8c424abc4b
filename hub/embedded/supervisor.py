"""Starts the parts in order, keeps them alive, and ends them in order: workers, API, Valkey."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from gradus import environment
from gradus.client import Client, Credentials
from gradus.errors import Unavailable
from gradus.root_path import ROOT_PATH, escaped
from gradus.wire.system import WorkerRecord
from hub.embedded.data_folder import DataFolder
from hub.embedded.devices import gpus, worker_envs
from hub.embedded.local_key import own_key
from hub.embedded.orphans import end_leftovers
from hub.embedded.parts import ModulePart, Part, ValkeyPart
from hub.embedded.ports import url_of
from hub.embedded.restarts import RestartedPart
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from hub.valkey.socket_path import possible

TRAINER_SERVER = "worker.trainer.fork_server"
FORK_SERVER = "GRADUS_TRAINER_SERVER"
"""Tells workers where it is. One that is set already is another's, which they use."""
START_SECONDS = 180.0
"""A net: parts that die are noticed at once, and slow ones are slow because their machine is busy."""
PATIENCE = 20.0
"""Seconds for a part to end by itself: a net, as they take a few at most."""
ROTATE_SECONDS = 10.0
"""Between two looks at how long the logs are."""
MOST_DEATHS = 3
"""Of a part while the service starts; later there is no end to starting it again."""


class Stopped(Exception):
    """A person asked to stop while it was starting."""


class Supervisor:
    """One service on one data folder."""

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
        found = gpus()  # which no fork can use
        self._forks = not found and _can_fork(folder)
        self._envs = worker_envs(workers, found)
        self._say = say
        self._stop = threading.Event()
        self._keepers: list[RestartedPart] = []

    def stop(self) -> None:
        """Ask for the end; harmless from a signal handler."""
        self._stop.set()

    def start(self) -> tuple[Credentials, Sequence[WorkerRecord]]:
        """Start every part; returns the way in and the workers once the API answers and they wait for work.

        Raises:
            Unavailable: a part does not come up.
            Stopped: a person did not want to wait for it.
        """
        end_leftovers(self.folder.running)
        self._rotate_logs()
        if self._forks:  # first: it takes longest
            self._keep(self._trainer_server())
        self._keep(ValkeyPart(self._valkey))
        upgrade(self.folder.database_url)
        access = self._access()
        for part in (self._api(), *self._workers()):
            self._keep(part)
        return access, self._when_ready(access)

    def _access(self) -> Credentials:
        """The address and the key, written down for the CLI and the client."""
        before = self.folder.access()
        key = own_key(self.folder.database_url, before.key if before else None)
        access = Credentials(url_of(*self._address) + escaped(self._root_path), key)
        self.folder.write_access(access)
        return access

    def watch(self) -> None:
        """Keep the parts alive until asked to stop."""
        look_at = 0.0
        while not self._stop.wait(0.1):
            self._tend()
            if time.monotonic() >= look_at:
                self._rotate_logs()
                look_at = time.monotonic() + ROTATE_SECONDS
        self._say("Stopping …")

    def end(self) -> None:
        """End every part: API and workers together, then what they use."""
        parts = [keeper.part for keeper in self._keepers]
        used = 1 + self._forks
        for together in (parts[used:], parts[:used]):
            _end(together, PATIENCE)

    def _keep(self, part: Part) -> None:
        if self._stop.is_set():
            raise Stopped
        keeper = RestartedPart(part, self._say)
        self._keepers.append(keeper)
        keeper.start(time.monotonic())

    def _api(self) -> Part:
        host, port = self._address
        env = {**self._env(), ROOT_PATH: self._root_path}
        return ModulePart("api", self.folder, ["api", "--host", host, "--port", str(port)], env)

    def _trainer_server(self) -> Part:
        command = [TRAINER_SERVER, str(self.folder.trainer_server)]
        return ModulePart("trainers", self.folder, command, {}, watched=False)

    def _workers(self) -> Sequence[Part]:
        forked = {FORK_SERVER: str(self.folder.trainer_server)} if self._forks else {}
        return [
            ModulePart(f"worker-{i}", self.folder, ["worker"], {**self._env(), **forked, **env})
            for i, env in enumerate(self._envs, start=1)
        ]

    def _env(self) -> Mapping[str, str]:
        """Addresses and secrets go by the environment: command lines can be read by everybody."""
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
                self._tend()
                self._require_sound()
        raise Unavailable(f"the service is not ready after {START_SECONDS:.0f} s: see {self.folder.logs}")

    def _ours(self, client: Client) -> Sequence[WorkerRecord]:
        """Our workers that are ready; others may still be listed from before a crash."""
        pids = {keeper.part.pid for keeper in self._keepers if isinstance(keeper.part, ModulePart)}
        try:
            return [worker for worker in client.with_options(max_retries=0).system().workers if worker.pid in pids]
        except Unavailable:
            return []

    def _tend(self) -> None:
        for keeper in self._keepers:
            keeper.tend(time.monotonic())

    def _rotate_logs(self) -> None:
        try:
            self.folder.rotate_logs()
        except OSError as error:  # a full disk, which the parts have to do with, too
            self._say(f"the logs cannot be rotated: {error}")

    def _require_sound(self) -> None:
        """What dies again and again before all are ready would only die again."""
        for keeper in self._keepers:
            if keeper.deaths >= MOST_DEATHS:
                log = keeper.part.log
                words = log.read_text(errors="replace").strip().splitlines()[-1:] or ["it left no message"]
                raise Unavailable(f"{keeper.part.name} does not start ({words[0]}): see {log}")


def _can_fork(folder: DataFolder) -> bool:
    """Whether this service can run a process of its own from which trainers are forked."""
    return not os.environ.get(FORK_SERVER) and sys.platform == "linux" and possible(folder.trainer_server)


def _end(parts: Sequence[Part], seconds: float) -> None:
    """End several at the same time."""
    for part in parts:
        part.ask_to_end()
    deadline = time.monotonic() + seconds
    for part in parts:
        part.end(max(0.0, deadline - time.monotonic()))
