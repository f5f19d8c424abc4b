"""Requests per second for one row, beside MLflow's server of the same network: `python -m benchmarks.serving`.

`--mlflow` names a Python with mlflow, onnxruntime and numpy. Its server, `mlflow models serve`, has the exported ONNX
model as a pyfunc. Both are asked over one open connection each, in turn, in blocks. Then so many models as `--models`
says are asked for in turn, each an epoch that was kept, and the memory of the API's process is read.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from benchmarks.mlflow_server import mlflow_version
from benchmarks.ports import free_port
from benchmarks.report import Sample, header
from benchmarks.tables.service import File, Served, service
from gradus.spec.experiment import Spec

ROW = {"Pclass": 3, "Sex": "male", "Age": 22.0, "SibSp": 1, "Parch": 0, "Fare": 7.25, "Embarked": "S"}
IGNORED = ("PassengerId", "Name", "Ticket", "Cabin")
SAVE = """
import sys
import mlflow.pyfunc
import numpy as np


class Network(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(context.artifacts["network"], options)

    def predict(self, context, model_input, params=None):
        feeds = {}
        for one in self.session.get_inputs():
            column = model_input[one.name].to_numpy()
            kind = object if one.type == "tensor(string)" else np.float64
            feeds[one.name] = column.astype(kind)[:, None]
        prediction, probabilities = self.session.run(["prediction", "probabilities"], feeds)
        return {"prediction": prediction[:, 0].tolist(), "probabilities": probabilities.tolist()}


mlflow.pyfunc.save_model(sys.argv[2], python_model=Network(), artifacts={"network": sys.argv[1]})
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mlflow", type=Path, required=True, help="a Python with mlflow")
    options.add_argument("--titanic", type=Path, required=True, help="titanic-train.csv")
    options.add_argument("--requests", type=int, default=100, help="in each block")
    options.add_argument("--blocks", type=int, default=10)
    options.add_argument("--models", type=int, default=500)
    asked = options.parse_args()
    packages = ("onnxruntime", "torch")
    print(header("One row, beside MLflow's server", packages, (f"MLflow {mlflow_version(asked.mlflow)}",)))
    with tempfile.TemporaryDirectory() as name, service(Path(name)) as served:
        experiment = _trained(served, asked.titanic, asked.models)
        model = Path(name) / "model.onnx"
        model.write_bytes(served.http.get(f"/v1/experiments/{experiment}/export/model.onnx").content)
        _compare(asked, served, experiment, model, Path(name))
        _many(asked.models, served, experiment)


def _trained(served: Served, titanic: Path, epochs: int) -> str:
    """An experiment with a checkpoint of every epoch."""
    served.upload("titanic", [File(titanic)])
    columns = dict.fromkeys(IGNORED, "ignore")
    spec: dict[str, Any] = {
        "dataset": {"name": "titanic", "target": "Survived", "columns": columns},
        "layers": [64, 32],
        "epochs": epochs,
        "checkpoint": {"every": 1, "keep": min(epochs, 1000)},
    }
    posted = served.client.experiments.create(Spec.model_validate(spec))
    posted.wait()
    return posted.id


def _compare(asked: argparse.Namespace, served: Served, experiment: str, model: Path, folder: Path) -> None:
    with _mlflow(asked.mlflow, model, folder) as theirs:
        ours = _asker(served.http, f"/v1/experiments/{experiment}/predict", {"rows": [ROW]})
        mlflow = _asker(theirs, "/invocations", {"dataframe_records": [ROW]})
        for ask in (ours, mlflow):
            _block(ask, 30)  # warm
        before = _processor_seconds(served.http), _processor_seconds(theirs)
        blocks = [(_block(ours, asked.requests), _block(mlflow, asked.requests)) for _ in range(asked.blocks)]
        after = _processor_seconds(served.http), _processor_seconds(theirs)
    each = 1000 / (asked.requests * asked.blocks)
    costs = [each * (end - begin) for begin, end in zip(before, after, strict=True)]
    print("| | requests/s of a block: median (least – most) | ms: p50 | p99 | processor ms a request |")
    print("|---|---:|---:|---:|---:|")
    names = ("Gradus", "mlflow models serve")
    for name, times, cost in zip(names, zip(*blocks, strict=True), costs, strict=True):
        rates = Sample(tuple(len(block) / sum(block) for block in times))
        every = Sample(tuple(1000 * one for block in times for one in block))
        print(f"| {name} | {rates.in_words()} | {every.median:.2f} | {every.quantile(0.99):.2f} | {cost:.2f} |")
    ratio = statistics.median(sum(theirs_) / sum(ours_) for ours_, theirs_ in blocks)
    print(f"\nGradus answers {ratio:.1f} × as many requests, in {costs[0] / costs[1]:.1f} × the processor time.\n")


def _many(models: int, served: Served, experiment: str) -> None:
    """Ask every kept epoch once, from the first to the last."""
    before, times = _memory(served), []
    for epoch in range(1, models + 1):
        began = time.perf_counter()
        served.http.post(
            f"/v1/experiments/{experiment}/predict", json={"rows": [ROW], "epoch": epoch}
        ).raise_for_status()
        times.append(1000 * (time.perf_counter() - began))
    cold = Sample(tuple(times))
    print(
        f"{models} models in turn: {before:.0f} MiB before, {_memory(served):.0f} MiB after; "
        f"a model's first answer takes {cold.median:.0f} ms, p99 {cold.quantile(0.99):.0f} ms"
    )


def _memory(served: Served) -> float:
    """Resident MiB of the processes that answer."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _listening(served.http))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _processor_seconds(client: httpx.Client) -> float:
    """Of the processes that answer, since they began."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in _listening(client)]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def _listening(client: httpx.Client) -> set[int]:
    """The processes that listen at a client's port, by the sockets that they have open."""
    port = f"{client.base_url.port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{port}") and line[3] == "0A"}
    found = set()
    for path in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if str(path.readlink()) in sockets:
                found.add(int(path.parts[2]))
    return found


def _asker(client: httpx.Client, url: str, body: dict[str, Any]) -> Callable[[], None]:
    def ask() -> None:
        client.post(url, json=body).raise_for_status()

    return ask


def _block(ask: Callable[[], None], requests: int) -> list[float]:
    """The seconds of each request."""
    times = []
    for _ in range(requests):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return times


@contextmanager
def _mlflow(python: Path, model: Path, folder: Path) -> Iterator[httpx.Client]:
    """A connection to MLflow's server of the model."""
    saved, port = folder / "mlflow_model", free_port()
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run([str(python), "-c", SAVE, str(model), str(saved)], check=True, env=environment, cwd=folder)
    serve = ["models", "serve", "--model-uri", str(saved), "--env-manager", "local", "--port", str(port)]
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [str(python), "-m", "mlflow", *serve], stdout=log, stderr=log, env=environment, start_new_session=True
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait(client, process, folder / "serve.log")
            yield client
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while process.poll() is None and time.monotonic() < deadline:
        try:
            client.get("/ping").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.3)
        else:
            return
    sys.exit(f"MLflow does not serve: {log.read_text()[-2000:]}")


if __name__ == "__main__":
    main()
