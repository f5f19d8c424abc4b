"""The data sets that a warm trainer keeps, so that the next run need not load them."""

from collections import OrderedDict
from collections.abc import Callable

from gradus.spec.dataset import Dataset
from worker.training.data import Data, Split


class DataCache:
    """Data sets as they were cut and scaled, the least recently used dropped first.

    The newest stays even if it alone is over the limit: a run is using it anyway.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.loads = 0
        """How often one was not here."""
        self._kept: OrderedDict[Dataset, Data] = OrderedDict()

    def get(self, dataset: Dataset, load: Callable[[Dataset], Data]) -> Data:
        """The data set's data, from `load` if they are not here."""
        key = dataset.resolved()
        if key not in self._kept:
            self._kept[key] = load(dataset)
            self.loads += 1
        self._kept.move_to_end(key)
        while len(self._kept) > 1 and self.bytes > self._max_bytes:
            self._kept.popitem(last=False)
        return self._kept[key]

    @property
    def bytes(self) -> int:
        """Memory that the kept data take."""
        return sum(_size(split) for data in self._kept.values() for split in (data.train, data.validation, data.test))


def _size(split: Split) -> int:
    return split.inputs.nbytes + split.targets.nbytes
