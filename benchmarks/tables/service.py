"""A complete service, and the calls that the benchmark needs for files, data sets and experiments."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.unwinding import unwind_on_sigterm
from gradus.client import Client
from gradus.facts import Part
from hub.migrate import upgrade
from hub.valkey import ValkeyServer
from tests.servers.processes import Program, admin_key, running_api, service_env

PATIENCE = 4 * 3600.0
"""Seconds after which a reading or a run counts as hanging."""


@dataclass(frozen=True)
class File:
    """A file as a user would upload it."""

    path: Path
    split: Part | None = None


@dataclass(frozen=True)
class Served:
    """A running service."""

    client: Client
    http: httpx.Client
    folder: Path
    """The folder of its data: databases, stored tables, checkpoints."""

    @property
    def port(self) -> int:
        """The API's port."""
        port = self.http.base_url.port
        assert port is not None
        return port

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of an answer.

        Raises:
            AssertionError: the service refuses.
        """
        answer = self.http.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        return answer.json() if answer.content else None

    def upload(
        self,
        name: str,
        files: Sequence[File],
        parse: Mapping[str, Any] | None = None,
        target: str | Sequence[str] | None = None,
    ) -> Any:
        """Create a data set from files, and wait until it has been read. Returns its record."""
        document = {
            "name": name,
            "files": [
                {"upload": self._upload(file.path), "name": file.path.name, "split": file.split} for file in files
            ],
            "parse": dict(parse or {}),
            "target": target,
        }
        made = self.ask("POST", "/v1/datasets", json=document)
        return self._read(made["id"])

    def _upload(self, path: Path) -> str:
        size = path.stat().st_size
        upload = self.ask("POST", "/v1/uploads", json={"size": size})
        with path.open("rb") as file:
            for number in range(1, upload["parts"] + 1):
                part = file.read(upload["part_bytes"])
                headers = {"Content-Type": "application/octet-stream"}
                self.ask("PUT", f"/v1/uploads/{upload['id']}/parts/{number}", content=part, headers=headers)
        found: str = upload["id"]
        return found

    def _read(self, dataset_id: str) -> Any:
        deadline = time.monotonic() + PATIENCE
        while (record := self.ask("GET", f"/v1/datasets/{dataset_id}"))["status"] == "reading":
            assert time.monotonic() < deadline, f"{dataset_id} is still being read"
            time.sleep(0.2)
        assert record["status"] == "ready", json.dumps(record["error"])
        return record


@contextmanager
def service(folder: Path, threads: int = 1) -> Iterator[Served]:
    """An API and one worker on SQLite and Valkey, once the worker is warm."""
    unwind_on_sigterm()
    database_url = f"sqlite:///{folder / 'gradus.db'}"
    upgrade(database_url)
    with ValkeyServer(folder / "valkey") as valkey:
        env = service_env(folder, database_url, valkey.url)
        worker = Program(folder / "worker.log", "worker", "--threads", threads, env=env)
        with worker, running_api(folder, env) as (_, client):
            worker.wait_for("is ready")
            key = admin_key(database_url)
            with httpx.Client(
                base_url=client.base_url, headers={"Authorization": f"Bearer {key}"}, timeout=120
            ) as http:
                yield Served(client, http, folder)
