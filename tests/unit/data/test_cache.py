"""The data sets that a trainer keeps between jobs."""

from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from tests.built_in import resolved
from worker.data.cache import DataCache
from worker.data.load import load
from worker.training.data import Data


class Loader:
    """Loads data sets, and remembers which."""

    def __init__(self) -> None:
        self.loaded: list[Dataset] = []

    def get(self, cache: DataCache, dataset: Dataset) -> Data:
        one = resolved(Spec(dataset=dataset, layers=[]))

        def load_one() -> Data:
            self.loaded.append(dataset)
            return load(one.spec.dataset, one.data, [], print)

        return cache.get(one.spec.dataset, load_one)


WINE = Dataset(name="wine")
DIGITS = Dataset(name="digits")
DIABETES = Dataset(name="diabetes")


def test_a_kept_data_set_is_not_loaded_again() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    assert loader.get(cache, WINE) is loader.get(cache, WINE)
    assert loader.loaded == [WINE]


def test_a_default_written_out_is_the_same_data_set() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    assert loader.get(cache, WINE) is loader.get(cache, Dataset(name="wine", validation_size=14))


def test_another_cut_is_another_data_set() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    assert loader.get(cache, WINE) is not loader.get(cache, Dataset(name="wine", limit=50))


def test_the_least_recently_used_goes_first() -> None:
    cache, loader = DataCache(10_000_000), Loader()
    for dataset in (WINE, DIABETES):
        loader.get(cache, dataset)
    both = cache.bytes
    cache, loader = DataCache(both), Loader()
    small = Dataset(name="wine", limit=10)
    for dataset in (WINE, DIABETES, WINE, small, WINE, DIABETES):
        loader.get(cache, dataset)
    assert loader.loaded == [WINE, DIABETES, small, DIABETES]
    assert cache.bytes <= both


def test_the_data_set_in_use_stays_though_it_is_over_the_limit() -> None:
    cache, loader = DataCache(1), Loader()
    loader.get(cache, WINE)
    assert loader.get(cache, DIGITS) is loader.get(cache, DIGITS)
    assert loader.loaded == [WINE, DIGITS]
