"""The known data sets, and whether their files are available here."""

from collections.abc import Sequence
from pathlib import Path

from gradus.datasets import DATASETS, DatasetFacts
from gradus.errors import NotFound
from gradus.nearest import nearest
from gradus.wire.dataset import DatasetPage, DatasetRecord
from hub.dataset_files import available


def page(directories: Sequence[Path]) -> DatasetPage:
    """All data sets that a spec can name."""
    return DatasetPage(data=tuple(_record(facts, directories) for facts in DATASETS.values()))


def get(name: str, directories: Sequence[Path]) -> DatasetRecord:
    """The data set with this name.

    Raises:
        NotFound: no data set has this name.
    """
    if name not in DATASETS:
        close = nearest(name, DATASETS)
        hint = f": did you mean '{close}'?" if close else f"; the data sets are {', '.join(DATASETS)}"
        raise NotFound(f"no data set '{name[:100]}'{hint}")
    return _record(DATASETS[name], directories)


def _record(facts: DatasetFacts, directories: Sequence[Path]) -> DatasetRecord:
    return DatasetRecord(
        name=facts.name,
        title=facts.title,
        task=facts.task,
        input_shape=facts.input_shape,
        inputs=facts.inputs,
        classes=facts.classes,
        train_examples=facts.train_examples - facts.default_validation,
        validation_examples=facts.default_validation,
        test_examples=facts.test_examples,
        available=available(facts.name, directories),
    )
