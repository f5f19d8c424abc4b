"""Requests per second for one row, beside MLflow's server of the same network: `python -m benchmarks.serving`.

`--mlflow` names a Python with mlflow, onnxruntime and numpy. Its server, `mlflow models serve`, has the exported ONNX
model as a pyfunc. Both have one process and are asked in turn, in blocks, by `--clients` concurrent clients. Then
Python's client asks one row and CSV, idle and beside a training run, and `--models` models are asked in turn, each of
an epoch that was kept, and the memory of the API's process is read.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.mlflow_server import mlflow_version
from benchmarks.report import Sample, header
from benchmarks.serving.asking import Connection, together
from benchmarks.serving.mlflow_models import mlflow_models
from benchmarks.serving.processes import memory, processor_seconds
from benchmarks.tables.service import File, Served, service
from gradus.spec.experiment import Spec

ROW = {"Pclass": 3, "Sex": "male", "Age": 22.0, "SibSp": 1, "Parch": 0, "Fare": 7.25, "Embarked": "S"}
IGNORED = ("PassengerId", "Name", "Ticket", "Cabin")
CSV_ROWS = 10_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mlflow", type=Path, required=True, help="a Python with mlflow")
    options.add_argument("--titanic", type=Path, required=True, help="titanic-train.csv")
    options.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32], help="at a time, one after the other")
    options.add_argument("--requests", type=int, default=320, help="in each block, of all clients")
    options.add_argument("--blocks", type=int, default=10)
    options.add_argument("--models", type=int, default=500)
    asked = options.parse_args()
    packages = ("onnxruntime", "torch")
    notes = (f"MLflow {mlflow_version(asked.mlflow)}; each server has one process, MLflow's default",)
    print(header("One row, beside MLflow's server", packages, notes))
    with tempfile.TemporaryDirectory() as name, service(Path(name)) as served:
        experiment = _trained(served, asked.titanic, asked.models)
        model = Path(name) / "model.onnx"
        model.write_bytes(served.http.get(f"/v1/experiments/{experiment}/export/model.onnx").content)
        with mlflow_models(asked.mlflow, model, Path(name)) as port:
            _compare(asked, served, experiment, port)
        _at_the_client(served, experiment)
        _many(asked.models, served, experiment)


def _trained(served: Served, titanic: Path, epochs: int) -> str:
    """An experiment with a checkpoint of every epoch."""
    served.upload("titanic", [File(titanic)])
    posted = served.client.experiments.create(_spec(epochs, {"every": 1, "keep": min(epochs, 1000)}))
    posted.wait()
    return posted.id


def _spec(epochs: int, checkpoint: Any) -> Spec:
    dataset = {"name": "titanic", "target": "Survived", "columns": dict.fromkeys(IGNORED, "ignore")}
    return Spec.model_validate({"dataset": dataset, "layers": [64, 32], "epochs": epochs, "checkpoint": checkpoint})


def _compare(asked: argparse.Namespace, served: Served, experiment: str, mlflow: int) -> None:
    print("| clients | | requests/s of a block: median (least – most) | ms: p50 | p99 | processor ms a request |")
    print("|---:|---|---:|---:|---:|---:|")
    for clients in asked.clients:
        ratios = _blocks(asked, clients, served, experiment, mlflow)
        print(f"| {clients} | ratio of the rates in turn | {ratios.in_words(1)} | | | |", flush=True)


@dataclass
class _Side:
    """One of the two servers, and its measurements."""

    name: str
    port: int
    path: str
    document: Any
    headers: dict[str, str] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def block(self, clients: int, requests: int) -> None:
        connections = [Connection(self.port, self.path, self.document, self.headers) for _ in range(clients)]
        before = processor_seconds(self.port)
        seconds, each = together(connections, requests)
        self.costs.append(1000 * (processor_seconds(self.port) - before) / len(each))
        self.rates.append(len(each) / seconds)
        self.times += [1000 * one for one in each]
        for one in connections:
            one.close()  # both servers hang up on idle clients

    def line(self, clients: int) -> str:
        every = Sample(tuple(self.times))
        cost, rate = statistics.median(self.costs), Sample(tuple(self.rates)).in_words()
        return f"| {clients} | {self.name} | {rate} | {every.median:.2f} | {every.quantile(0.99):.2f} | {cost:.2f} |"


def _blocks(asked: argparse.Namespace, clients: int, served: Served, experiment: str, mlflow: int) -> Sample:
    """How many times as many requests Gradus answers, for each block."""
    key = {"Authorization": served.http.headers["Authorization"]}

    def sides() -> tuple[_Side, _Side]:
        path = f"/v1/experiments/{experiment}/predict"
        ours = _Side("Gradus", served.port, path, {"rows": [ROW]}, key)
        return ours, _Side("mlflow models serve", mlflow, "/invocations", {"dataframe_records": [ROW]})

    for side in sides():
        side.block(clients, asked.requests)  # warm
    ours, theirs = sides()
    for _ in range(asked.blocks):
        for side in (ours, theirs):
            side.block(clients, asked.requests)
    print(f"{ours.line(clients)}\n{theirs.line(clients)}")
    return Sample(tuple(one / other for one, other in zip(ours.rates, theirs.rates, strict=True)))


def _at_the_client(served: Served, experiment: str) -> None:
    print("\n| Python's client | one row, ms: p50 | p99 | CSV, rows/s | rows per processor second |")
    print("|---|---:|---:|---:|---:|")
    _client_row("idle", served, experiment)
    training = served.client.experiments.create(_spec(100_000, {}))
    while training.refresh().record.status != "running":
        time.sleep(0.2)
    _client_row("a run trains", served, experiment)
    training.cancel()
    print(flush=True)


def _client_row(name: str, served: Served, experiment: str) -> None:
    handle = served.client.experiments.get(experiment)
    one = Sample(tuple(_seconds(lambda: handle.predict([ROW])) for _ in range(330)[30:]))
    content = ",".join(ROW) + "\r\n" + (",".join(map(str, ROW.values())) + "\r\n") * CSV_ROWS
    rates, costs = [], []
    for _ in range(6):
        before = processor_seconds(served.port)
        seconds = _seconds(lambda: _csv(served, experiment, content))
        rates.append(CSV_ROWS / seconds)
        costs.append(CSV_ROWS / (processor_seconds(served.port) - before))
    last: Sequence[Sample] = [Sample(tuple(found[1:])) for found in (rates, costs)]
    print(
        f"| {name} | {1000 * one.median:.2f} | {1000 * one.quantile(0.99):.2f} | "
        f"{last[0].in_words()} | {last[1].in_words()} |"
    )


def _csv(served: Served, experiment: str, content: str) -> None:
    headers = {"Content-Type": "text/csv"}
    answer = served.http.post(f"/v1/experiments/{experiment}/predict", content=content, headers=headers)
    assert len(answer.raise_for_status().content.splitlines()) == CSV_ROWS + 1


def _seconds(ask: Any) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


def _many(models: int, served: Served, experiment: str) -> None:
    """Ask the network of every kept epoch once, from the first to the last."""
    before, times = memory(served.port), []
    for epoch in range(1, models + 1):
        document = {"rows": [ROW], "epoch": epoch}
        began = time.perf_counter()
        served.http.post(f"/v1/experiments/{experiment}/predict", json=document).raise_for_status()
        times.append(1000 * (time.perf_counter() - began))
    cold = Sample(tuple(times))
    print(
        f"{models} models in turn: {before:.0f} MiB before, {memory(served.port):.0f} MiB after; "
        f"a model's first answer takes {cold.median:.0f} ms, p99 {cold.quantile(0.99):.0f} ms"
    )


if __name__ == "__main__":
    main()
