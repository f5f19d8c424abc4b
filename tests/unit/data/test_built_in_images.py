"""Built-in images, which all trainers of a machine share."""

from pathlib import Path

import pytest
import torch

from gradus.dataset_plan import DatasetPlan
from gradus.datasets import DATASETS
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from tests.built_in import resolved
from tests.unit.data.test_files import put
from tests.unit.data.tiny import PACKED, facts
from worker.data.array_cache import ENCODED
from worker.data.built_in_images import load_shared
from worker.data.cache import DataCache
from worker.data.errors import DataError
from worker.data.load import load
from worker.trainer.process_limits import limited_files
from worker.training.data import Data
from worker.training.report import EpochReport
from worker.training.train import train

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def tiny_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """A built-in data set of fifty small images."""
    monkeypatch.setitem(DATASETS, "tiny", facts())


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The folder with the files of the data set, and a folder for new files."""
    return put(tmp_path / "given", PACKED), tmp_path / "data"


def planned(**words: object) -> tuple[Dataset, DatasetPlan]:
    one = resolved(Spec(dataset={"name": "tiny", **words}, layers=[3], batch_size=8))
    return one.spec.dataset, one.data


def contents(data: Data) -> list[tuple[object, ...]]:
    splits = data.train, data.validation, data.test
    return [
        (one.inputs.dtype, one.inputs.numpy().tobytes(), one.targets.dtype, one.targets.tolist(), one.largest)
        for one in splits
    ]


@pytest.mark.parametrize(
    "words", [{}, {"standardize": True}, {"limit": 9}, {"validation_size": 7, "standardize": True, "limit": 20}]
)
def test_the_mapped_images_are_those_of_the_files(folders: tuple[Path, Path], words: dict[str, object]) -> None:
    dataset, plan = planned(**words)
    expected, data = load(dataset, plan, folders, print), load_shared(dataset, plan, folders, print)
    assert contents(data) == contents(expected)
    assert (data.preprocessing, data.plan, data.target_scale) == (expected.preprocessing, plan, expected.target_scale)
    assert (expected.is_mapped, data.is_mapped) == (False, True)
    assert data.to(CPU, torch.float32).is_mapped


def test_the_files_are_read_once_for_the_same_words(folders: tuple[Path, Path]) -> None:
    first = load_shared(*planned(), folders, print)
    for file in (folders[0] / "tiny").iterdir():
        file.unlink()
    assert contents(load_shared(*planned(validation_size=4, augment=["noise"]), folders, print)) == contents(first)
    for words in ({"limit": 9}, {"validation_size": 5}, {"standardize": True}):
        with pytest.raises(DataError, match="'tiny' is missing"):
            load_shared(*planned(**words), folders, print)


def test_mapped_images_take_no_memory_of_the_trainer(folders: tuple[Path, Path]) -> None:
    dataset, plan = planned(standardize=True)
    cache = DataCache(10**6)
    cache.get(dataset, lambda: load_shared(dataset, plan, folders, print))
    assert cache.bytes == 50 * 8  # the targets


@pytest.mark.parametrize("words", [{"augment": ["flip", "noise", "mixup"]}, {"standardize": True}])
def test_a_run_on_mapped_images_has_the_same_bits_and_leaves_them_as_they_are(
    folders: tuple[Path, Path], words: dict[str, object]
) -> None:
    dataset, plan = planned(**words)
    spec = Spec(dataset=dataset, layers=[5], batch_size=8, epochs=3, batch_norm=True)
    runs = [
        [one.members for one in train([spec], of(dataset, plan, folders, print), CPU) if isinstance(one, EpochReport)]
        for of in (load, load_shared)
    ]
    assert len(runs[0]) == 3
    assert runs[0] == runs[1]
    assert contents(load_shared(dataset, plan, folders, print)) == contents(load(dataset, plan, folders, print))


def test_images_that_cannot_be_written_are_held_in_memory(folders: tuple[Path, Path]) -> None:
    dataset, plan = planned()
    folders[1].mkdir()
    (folders[1] / ENCODED).write_bytes(b"no folder")
    data = load_shared(dataset, plan, folders, print)
    assert contents(data) == contents(load(dataset, plan, folders, print))
    assert not data.is_mapped


def test_images_that_do_not_fit_the_disk_are_held_in_memory_and_leave_nothing(folders: tuple[Path, Path]) -> None:
    dataset, plan = planned()
    with limited_files(300):  # training inputs take 432 bytes and a header
        data = load_shared(dataset, plan, folders, print)
    assert contents(data) == contents(load(dataset, plan, folders, print))
    assert not data.is_mapped
    assert not list((folders[1] / ENCODED).glob("*.part"))
    assert load_shared(dataset, plan, folders, print).is_mapped  # as soon as there is room
