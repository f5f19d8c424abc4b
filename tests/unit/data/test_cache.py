"""The data sets that a warm trainer keeps."""

from gradus.spec.dataset import Dataset
from worker.data.cache import DataCache
from worker.data.load import load
from worker.training.data import Data


class Loader:
    """Loads, and remembers what."""

    def __init__(self) -> None:
        self.loaded: list[Dataset] = []

    def __call__(self, dataset: Dataset) -> Data:
        self.loaded.append(dataset)
        return load(dataset, [], print)


WINE = Dataset(name="wine")
DIGITS = Dataset(name="digits")
DIABETES = Dataset(name="diabetes")


def test_a_kept_data_set_is_not_loaded_again() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    assert cache.get(WINE, loader) is cache.get(WINE, loader)
    assert loader.loaded == [WINE]


def test_a_default_written_out_is_the_same_data_set() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    assert cache.get(WINE, loader) is cache.get(Dataset(name="wine", validation_size=14), loader)


def test_another_cut_is_another_data_set() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    assert cache.get(WINE, loader) is not cache.get(Dataset(name="wine", limit=50), loader)


def test_the_least_recently_used_goes_first() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    for dataset in (WINE, DIABETES):
        cache.get(dataset, loader)
    both = cache.bytes
    cache, loader = DataCache(both), Loader()
    small = Dataset(name="wine", limit=10)
    for dataset in (WINE, DIABETES, WINE, small, WINE, DIABETES):
        cache.get(dataset, loader)
    assert loader.loaded == [WINE, DIABETES, small, DIABETES]
    assert cache.bytes <= both


def test_the_data_set_in_use_stays_though_it_is_over_the_limit() -> None:
    cache, loader = DataCache(1), Loader()
    cache.get(WINE, loader)
    assert cache.get(DIGITS, loader) is cache.get(DIGITS, loader)
    assert loader.loaded == [WINE, DIGITS]
