"""MLflow's tracking server, accessed through its REST API, as by MLflow's own client."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from benchmarks.ports import free_port
from gradus.wire.metrics import MetricsRow

START_SECONDS = 120.0


class MlflowClient:
    """One connection to the server."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/2.0/mlflow", timeout=60)

    def create_run(self) -> str:
        run = self._post("runs/create", {"experiment_id": "0", "start_time": _now(), "run_name": "adam + batch norm"})
        return str(run["run"]["info"]["run_id"])

    def log(self, run_id: str, row: MetricsRow) -> None:
        """Log the twelve numbers of one epoch in one request, as `mlflow.log_metrics` does."""
        numbers = row.model_dump(exclude={"epoch", "at"})
        moment = _now()
        metrics = [{"key": k, "value": v, "timestamp": moment, "step": row.epoch} for k, v in numbers.items()]
        self._post("runs/log-batch", {"run_id": run_id, "metrics": metrics})

    def history(self, run_id: str, metric: str, limit: int) -> int:
        """Read one metric of a run; returns the number of values."""
        query: dict[str, str | int] = {"run_id": run_id, "metric_key": metric, "max_results": limit}
        answer = self._http.get("metrics/get-history", params=query).raise_for_status()
        return len(answer.json()["metrics"])

    def page(self, limit: int, **query: object) -> int:
        """Read a page of runs, newest first; returns the number of runs."""
        answer = self._post("runs/search", {"experiment_ids": ["0"], "max_results": limit, **query})
        return len(answer.get("runs", ()))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        for _ in range(5):  # MLflow's own client retries too when a worker of the server drops the connection
            with suppress(httpx.RemoteProtocolError):
                answer: dict[str, Any] = self._http.post(path, json=body).raise_for_status().json()
                return answer
        raise RuntimeError(f"MLflow does not answer {path}")


@contextmanager
def running_mlflow(python: Path, store: str, folder: Path, *, uvloop: bool) -> Iterator[str]:
    """Start a server of this Python's MLflow; yields its URL. `uvloop` saves 40 ms of latency per request."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    options = ["--uvicorn-opts", "--loop uvloop"] if uvloop else []
    command = [str(python), "-m", "mlflow", "server", "--backend-store-uri", store, "--host", "127.0.0.1"]
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "mlflow.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--artifacts-destination", str(folder / "artifacts"), *options],
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, folder / "mlflow.log")
        yield url
    finally:
        _stop(process)


def mlflow_version(python: Path) -> str:
    command = [str(python), "-c", "import importlib.metadata as m; print(m.version('mlflow'))"]
    return subprocess.check_output(command, text=True).strip()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/health").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"MLflow does not start: {log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server. It has several processes; those that do not end in time are killed."""
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _now() -> int:
    """The current time in milliseconds, as MLflow stores it."""
    return time.time_ns() // 1_000_000
