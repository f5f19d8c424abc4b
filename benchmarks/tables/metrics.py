"""A run's metrics, compared with scikit-learn's for the outputs of the network in the run's last checkpoint."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn import metrics
from torch import Tensor

from gradus.dataset_plan import DatasetPlan
from gradus.device_name import CpuName
from gradus.spec.experiment import Spec
from gradus.spec.layout import layout
from gradus.spec.memory import evaluation_rows
from gradus.spec.network import plan as network_plan
from models.storage import named_tensors
from preprocessing.column import Column
from preprocessing.encode import Fitted, read_fitted, transform
from preprocessing.parts import Rows, rows_of
from preprocessing.table import Table
from worker.checkpoint.files import CheckpointState, read
from worker.data.scale import standardized_targets
from worker.training.engine import Engine
from worker.training.target_scale import NAME, NOT_SCALED, TargetScale

LARGEST_BYTE = 255.0
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """A finished run: its spec, its data, and where its weights are."""

    id: str
    job: str
    """Runs of the same job trained together."""
    spec: Spec
    plan: DatasetPlan
    latest: dict[str, Any]
    """The last metrics row of the run."""
    checkpoint: CheckpointState
    fitted: Fitted
    libraries: str
    """The libraries of large products, as in a `CpuName`."""


@dataclass(frozen=True)
class Agreement:
    """The largest relative differences of the metrics of two splits."""

    sklearn: float
    """The difference to scikit-learn's metrics of the network's float32 outputs, computed in float64."""
    numpy: float
    """The difference to the metrics of a separate forward pass in float64, which uses nothing of ours but the weights,
    for the targets as the file has them. What remains is the rounding of inputs, targets and products to float32."""


def run_of(folder: Path, record: dict[str, Any]) -> Run:
    """The run of a service in a folder, from the response about it."""
    with closing(sqlite3.connect(f"file:{folder / 'gradus.db'}?mode=ro", uri=True)) as database:
        query = "SELECT job_id, data FROM experiments WHERE id = ?"
        job, plan = database.execute(query, [record["id"]]).fetchone()
    spec, data = Spec.model_validate(record["spec"]), DatasetPlan.model_validate_json(plan)
    offsets = layout(network_plan(spec, data))
    found = {read(one, offsets).state.epoch: one for one in (folder / "artifacts" / record["id"]).iterdir()}
    last = found[record["latest"]["epoch"]]
    return Run(
        record["id"],
        job,
        spec,
        data,
        record["latest"],
        read(last, offsets),
        read_fitted(last),
        CpuName.products_of(record["device"]),
    )


def agreement(runs: Sequence[Run], table: Table) -> list[Agreement]:
    """How far the metrics of runs of one shape are from the references. Those that trained together are evaluated
    together, because products of one member are rounded differently from those of several.

    Raises:
        AssertionError: an accuracy differs from scikit-learn's, although both count examples.
    """
    jobs = dict.fromkeys(run.job for run in runs)
    return [one for job in jobs for one in _of_job([run for run in runs if run.job == job], table)]


def _of_job(runs: Sequence[Run], table: Table) -> list[Agreement]:
    first = runs[0]
    rows = rows_of(first.spec.dataset, first.plan.classes, table, first.spec.dataset.limit)
    parts = {"validation": rows.validation, "test": rows.test}
    inputs = {name: _inputs(first.fitted, table, places) for name, places in parts.items()}
    outputs = _outputs(runs, inputs)
    return [_agreement(run, k, rows, parts, inputs, outputs) for k, run in enumerate(runs)]


def _agreement(
    run: Run,
    k: int,
    rows: Rows,
    parts: dict[str, NDArray[np.intp]],
    inputs: dict[str, NDArray[Any]],
    outputs: dict[str, NDArray[np.float32]],
) -> Agreement:
    scale = _scale(run)
    of_sklearn, of_numpy = [], []
    for name, places in parts.items():
        targets = rows.targets.values[places]
        rounded = targets if run.plan.task != "regression" else standardized_targets(targets, scale)
        loss, accuracy = _metrics(run, outputs[name][k].astype(np.float64), rounded.astype(np.float64), scale)
        assert run.latest[f"{name}_accuracy"] == accuracy, f"{name} accuracy: {run.latest} instead of {accuracy}"
        of_sklearn.append(_relative(run.latest[f"{name}_loss"], loss))
        ours = _forward(run, inputs[name])
        exact = targets if run.plan.task != "regression" else _standardized(targets, scale)
        of_numpy.append(_relative(run.latest[f"{name}_loss"], _metrics(run, ours, exact, scale)[0]))
    return Agreement(max(of_sklearn), max(of_numpy))


def _relative(value: float, reference: float) -> float:
    return abs(value - reference) / abs(reference)


def _metrics(run: Run, outputs: Numbers, targets: NDArray[Any], scale: TargetScale) -> tuple[float, float | None]:
    """Loss and accuracy, computed by scikit-learn."""
    match run.plan.task:
        case "classification":
            probabilities = torch.from_numpy(outputs).softmax(-1).numpy()
            classes = range(len(run.plan.classes))
            loss = metrics.log_loss(targets, probabilities, labels=classes)
            return loss, metrics.accuracy_score(targets, probabilities.argmax(1))
        case "multi_label":
            p = 1 / (1 + np.exp(-outputs))
            each = [metrics.log_loss(targets[:, i], p[:, i], labels=[0, 1]) for i in range(targets.shape[1])]
            return float(np.mean(each)), float(((outputs > 0) == (targets > 0.5)).mean())
        case "regression":
            unit = np.array(scale.deviation) if len(scale.deviation) == 1 else np.ones(1)
            shaped = targets.reshape(outputs.shape)
            return metrics.mean_squared_error(shaped * unit, outputs * unit), None


def _outputs(runs: Sequence[Run], inputs: dict[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """The networks' own outputs, (K, n, outputs) for each split, with the products of an evaluation."""
    first = runs[0]
    specs, is_bytes = [run.spec for run in runs], first.fitted.is_bytes
    largest = LARGEST_BYTE if is_bytes else None
    device, examples, libraries = torch.device("cpu"), first.plan.train_examples, first.libraries
    engine = Engine(specs, first.plan, examples, device, torch.float32, largest=largest, libraries=libraries)
    for k, run in enumerate(runs):
        engine.storage.parameters[k] = run.checkpoint.state.tensors["parameters"][0]
        engine.storage.statistics[k] = run.checkpoint.state.tensors["statistics"][0]
    rows = evaluation_rows(engine.plans[0])
    return {name: np.concatenate([_evaluated(engine, x[i : i + rows]) for i in range(0, len(x), rows)], axis=1)
            for name, x in inputs.items()}  # fmt: skip


def _evaluated(engine: Engine, inputs: NDArray[Any]) -> NDArray[np.float32]:
    outputs: NDArray[np.float32] = engine.evaluate(torch.from_numpy(inputs)).numpy().copy()
    return outputs


def _forward(run: Run, inputs: NDArray[Any]) -> Numbers:
    """Outputs (n, outputs) of a plain network of dense layers with ReLU, in float64."""
    x = inputs.astype(np.float64) / (LARGEST_BYTE if run.fitted.is_bytes else 1.0)
    weights = _weights(run)
    names = sorted({name.rpartition(".")[0] for name in weights} - {"output"}, key=lambda one: int(one.split("/")[1]))
    for name in names:
        x = np.maximum(x @ weights[f"{name}.weight"] + weights[f"{name}.bias"], 0.0)
    outputs: Numbers = x @ weights["output.weight"] + weights["output.bias"]
    return outputs


def _weights(run: Run) -> dict[str, Numbers]:
    engine = Engine([run.spec], run.plan, run.plan.train_examples, torch.device("cpu"), torch.float32)
    state: dict[str, Tensor] = dict(run.checkpoint.state.tensors)
    named = named_tensors(engine.storage.layout, state["parameters"][0], state["statistics"][0])
    return {name: tensor.double().numpy() for name, tensor in named.items()}


def _scale(run: Run) -> TargetScale:
    if run.plan.task != "regression":
        return NOT_SCALED
    mean, deviation = run.checkpoint.state.tensors[NAME][0].chunk(2)
    return TargetScale(tuple(mean.tolist()), tuple(deviation.tolist()))


def _standardized(targets: NDArray[Any], scale: TargetScale) -> Numbers:
    columns: Numbers = (targets.reshape(len(targets), -1) - scale.mean) / scale.deviation
    return columns.reshape(targets.shape)


def _inputs(fitted: Fitted, table: Table, places: NDArray[np.intp]) -> NDArray[Any]:
    """The inputs of rows, (n, inputs)."""
    columns = dict(_columns(fitted, table, places))
    if fitted.is_bytes:
        return np.concatenate([columns[name].values.reshape(len(places), -1) for name in fitted.names], axis=1)
    return transform(fitted, columns)


def _columns(fitted: Fitted, table: Table, places: NDArray[np.intp]) -> Iterator[tuple[str, Column]]:
    for name in fitted.names:
        column = table.column(name)
        yield name, column.at(places)
