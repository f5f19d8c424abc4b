"""Briefly trained networks, to be exported."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from export.trained import TargetScale, Trained
from gradus.dataset_plan import DatasetPlan, InputBlock
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from preprocessing.categories import FittedOneHot
from preprocessing.encode import Fitted, FittedColumn, FittedNumber
from preprocessing.numbers import FittedStandard
from worker.training.data import Data, Split
from worker.training.target_scale import TargetScale as TrainingScale
from worker.training.train import Training, train

NUMBERS = 5
CATEGORIES = ("a", "b", "c")
INPUTS = NUMBERS + len(CATEGORIES)
EXAMPLES = 64


@dataclass(frozen=True, eq=False)
class Example:
    """A training run of a few steps, and its network."""

    training: Training
    trained: Trained
    inputs: NDArray[np.float32]
    """The inputs of the validation examples, (n, inputs)."""


def fitted() -> Fitted:
    """Fitted preprocessing of five standardized numbers and a category."""
    numbers: list[FittedColumn] = [
        FittedNumber(
            column=f"x{i}",
            type="number",
            scaling=FittedStandard(mean=float(i), deviation=2.0),
            fill=0.0,
            flag=False,
            least=-4.0,
            largest=4.0,
        )
        for i in range(NUMBERS)
    ]
    city = FittedOneHot(
        column="city", type="text", categories=CATEGORIES, own=3, other=False, missing=False, rare=0, size=2
    )
    return Fitted(digest="sha256:0", columns=(*numbers, city))


def plan(task: Task, outputs: int, *, embedded: bool = False) -> DatasetPlan:
    """The plan of a data set with these inputs."""
    names = tuple(f"class {i}" for i in range(outputs))
    blocks = [InputBlock(column=f"x{i}", kind="number", start=i, width=1) for i in range(NUMBERS)]
    kind, size = ("embedding", 2) if embedded else ("category", None)
    city = InputBlock(column="city", kind=kind, start=NUMBERS, width=len(CATEGORIES), size=size)
    return DatasetPlan(
        task=task,
        input_shape=(INPUTS,),
        classes=() if task == "regression" else names,
        targets=names if task == "regression" else ("y",),
        train_examples=EXAMPLES,
        validation_examples=EXAMPLES,
        test_examples=EXAMPLES,
        blocks=(*blocks, city),
    )


def example(task: Task = "classification", outputs: int = 3, *, embedded: bool = False, **words: object) -> Example:
    """Train a network for two epochs on noise."""
    data_plan = plan(task, outputs, embedded=embedded)
    train_part, validation, test = (_noise(task, outputs, seed) for seed in range(3))
    scale = TrainingScale(tuple(range(1, outputs + 1)), tuple(10.0**i for i in range(outputs)))
    data = Data(train_part, validation, test, data_plan, scale)
    spec = Spec(**{"dataset": "table", "layers": [7, 6], "batch_size": 16, "epochs": 2, **words})
    training = train([spec.written_out(task)], data, torch.device("cpu"))
    for _ in training:
        pass
    tensors = {name: tensor.numpy() for name, tensor in training.weights(0).items()}
    target_scale = None
    if task == "regression":
        target_scale = TargetScale(np.array(scale.mean, dtype=np.float64), np.array(scale.deviation))
    network = training._engine.plans[0]
    trained = Trained(network, data_plan, tensors, fitted(), target_scale)
    return Example(training, trained, validation.inputs.numpy())


def engine_outputs(of: Example, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The outputs that the engine computes in evaluation, (n, outputs)."""
    found: NDArray[np.float32] = of.training._engine.evaluate(torch.from_numpy(inputs))[0].numpy()
    return found


def _noise(task: Task, outputs: int, seed: int) -> Split:
    draws = torch.Generator().manual_seed(seed)
    inputs = torch.randn(EXAMPLES, INPUTS, generator=draws)
    inputs[:, NUMBERS:] = torch.eye(len(CATEGORIES))[torch.arange(EXAMPLES) % len(CATEGORIES)]
    if task == "classification":
        return Split(inputs, torch.arange(EXAMPLES) % outputs)
    values = torch.randn(EXAMPLES, outputs, generator=draws)
    return Split(inputs, (values > 0).float() if task == "multi_label" else values if outputs > 1 else values[:, 0])
