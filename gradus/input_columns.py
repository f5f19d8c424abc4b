"""The input columns of a data set, and the inputs that encode each."""

from collections.abc import Mapping, Sequence

from gradus.dataset_plan import DatasetPlan
from gradus.datasets import DATASETS
from gradus.spec.dataset import Dataset


def inputs_of_columns(dataset: Dataset, plan: DatasetPlan) -> Mapping[str, Sequence[int]]:
    """The positions of each column's inputs, by name, in the order of the file. A picture or an array is one column.

    `dataset` is resolved.
    """
    if dataset.digest is None:
        names = DATASETS[dataset.name].columns
        return {names[0]: range(plan.inputs)} if len(names) == 1 else {name: [i] for i, name in enumerate(names)}
    found: dict[str, list[int]] = {}
    for block in plan.blocks:
        found.setdefault(block.column, []).extend(range(block.start, block.start + block.width))
    return found
