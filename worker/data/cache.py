"""A cache of loaded data sets, which a trainer keeps between jobs."""

from collections import OrderedDict
from collections.abc import Callable

from gradus.spec.dataset import Dataset
from worker.training.data import Data


class DataCache:
    """Loaded data sets, split and scaled; evicts the least recently used first.

    The newest stays even if it alone exceeds the limit, because a run is using it.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.loads = 0
        """Number of cache misses."""
        self._cached: OrderedDict[Dataset, Data] = OrderedDict()

    def get(self, dataset: Dataset, load: Callable[[], Data], preprocessing: str | None = None) -> Data:
        """The data of a resolved data set, loaded with `load` on a cache miss. If a `preprocessing` is given, data made
        by another preprocessing count as a miss."""
        cached = self._cached.get(dataset)
        if cached is None or preprocessing not in {None, cached.preprocessing}:
            self._cached[dataset] = load()
            self.loads += 1
        self._cached.move_to_end(dataset)
        while len(self._cached) > 1 and self.bytes > self._max_bytes:
            self._cached.popitem(last=False)
        return self._cached[dataset]

    @property
    def bytes(self) -> int:
        """Memory of the cached data, without files in shared memory."""
        return sum(map(_size, self._cached.values()))


def _size(data: Data) -> int:
    splits = data.train, data.validation, data.test
    return sum(split.targets.nbytes + (0 if data.is_mapped else split.inputs.nbytes) for split in splits)
