"""Small random data in the shapes of real data sets."""

from dataclasses import replace

import torch

from gradus.spec.loss import Task
from tests.built_in import data_of
from worker.training.data import Data, Split, with_mean_one

CPU = torch.device("cpu")


def made_up_data(dataset: str = "wine", train: int = 40, *, seed: int = 0) -> Data:
    """Normal inputs; classes from a random linear rule, or values for regression; float64."""
    plan = data_of(dataset)
    draws = torch.Generator().manual_seed(seed)
    rule = torch.randn(plan.inputs, plan.outputs, generator=draws, dtype=torch.float64)

    def split(n: int) -> Split:
        inputs = torch.randn(n, plan.inputs, generator=draws, dtype=torch.float64)
        scores = inputs @ rule
        return Split(inputs, scores.argmax(1) if plan.classes else scores[:, 0])

    return Data(split(train), split(15), split(17), plan)


def made_up_outputs(task: Task, outputs: int = 3, train: int = 40, *, seed: int = 0) -> Data:
    """Thirteen normal inputs; labels, or several targets, from a random linear rule with noise; float64."""
    names = tuple(f"output_{i}" for i in range(outputs))
    changes = {"task": task, "classes": names if task == "multi_label" else (), "targets": names}
    plan = data_of("wine").model_copy(update=changes)
    draws = torch.Generator().manual_seed(seed)
    rule = torch.randn(plan.inputs, outputs, generator=draws, dtype=torch.float64)

    def split(n: int) -> Split:
        inputs = torch.randn(n, plan.inputs, generator=draws, dtype=torch.float64)
        noise = torch.randn(n, outputs, generator=draws, dtype=torch.float64)
        scores = (inputs @ rule + noise) / plan.inputs**0.5
        return Split(inputs, (scores > 0.5).double() if task == "multi_label" else scores)

    return Data(split(train), split(15), split(17), plan)


def weighted(data: Data, *, seed: int = 1) -> Data:
    """The data with weights of the examples, some of them 0, and other ones for the gradient."""
    draws = torch.Generator().manual_seed(seed)

    def split(plain: Split) -> Split:
        own = torch.rand(len(plain), generator=draws, dtype=torch.float64).mul(4).floor()
        classes = torch.rand(len(plain), generator=draws, dtype=torch.float64)
        return replace(plain, weights=with_mean_one(own * classes), evaluation_weights=with_mean_one(own))

    return replace(data, train=split(data.train), validation=split(data.validation), test=split(data.test))
