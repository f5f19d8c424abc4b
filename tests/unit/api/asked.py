"""Small networks with random weights, loaded as the API loads them."""

from typing import Any

import numpy as np

from api.prediction.model import Model, Origin
from export.batches import rows_at_once
from export.build import build
from export.signature import signature
from export.trained import TargetScale, Trained
from gradus.dataset_plan import DatasetPlan
from gradus.facts import ColumnType
from gradus.spec.experiment import Spec
from gradus.spec.layout import VECTORS, layout
from gradus.spec.loss import Task
from gradus.spec.network import plan_written
from preprocessing.encode import Fitted, FittedColumn, FittedNumber
from preprocessing.numbers import FittedStandard


def number(name: str, *, type_: ColumnType = "number", fill: float | None = 0.0) -> FittedNumber:
    """A column of numbers. Without a fill, it refuses missing values."""
    scaling = FittedStandard(mean=0.0, deviation=1.0)
    return FittedNumber(column=name, type=type_, scaling=scaling, fill=fill, flag=False, least=-9.0, largest=9.0)


def network(*columns: FittedColumn, task: Task = "regression", outputs: int = 1, **words: Any) -> Trained:
    """A network with random weights and these input columns."""
    fitted = Fitted(digest="sha256:0", columns=columns)
    names = tuple(f"class {i}" for i in range(outputs))
    data = DatasetPlan(
        task=task,
        input_shape=(fitted.inputs,),
        classes=() if task == "regression" else names,
        targets=names if task == "regression" else ("y",),
        train_examples=1,
        validation_examples=1,
        test_examples=1,
    )
    plan = plan_written(Spec(dataset="table", **{"layers": [3], **words}).written_out(task), data)
    draws = np.random.default_rng(0)
    tensors = {}
    for name, block in layout(plan).parameters.items():
        drawn = draws.standard_normal(block.shape, dtype=np.float32)
        tensors[name] = drawn[0] if name.rpartition(".")[2] in VECTORS else drawn
    scale = TargetScale(np.zeros(outputs), np.ones(outputs)) if task == "regression" else None
    return Trained(plan, data, tensors, fitted, scale)


def model(*columns: FittedColumn, **words: Any) -> Model:
    """A loaded model of a network with random weights."""
    trained = network(*columns, **words)
    return Model(
        origins=(Origin("exp_1", 1, "sha256:0"),),
        fitted=trained.fitted,
        data=trained.data,
        signature=signature(trained.fitted, trained.data),
        session=build(trained, {}).session,
        other_columns=frozenset(),
        parse={},
        rows_at_once=rows_at_once(trained),
        bytes=0,
        multiply_adds=1,
    )
