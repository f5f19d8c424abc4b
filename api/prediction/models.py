"""Loaded models, the least recently used of which are dropped."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.prediction.model import Model

MAX_BYTES = 512 << 20
LOADS_AT_ONCE = 2
"""Models that are loaded at a time: loading takes memory twice over."""


class ModelCache:
    """Models by the identifier of their weights, within a limit of memory. Thread-safe; each is loaded once."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._models: OrderedDict[str, Model] = OrderedDict()
        self._lock = threading.Lock()
        self._loading: dict[str, threading.Lock] = {}
        self._slots = threading.Semaphore(LOADS_AT_ONCE)

    def get(self, key: str, load: "Callable[[], Model]") -> "Model":
        """The model with this key, loaded if it is not there. One that exceeds the limit alone is not kept."""
        with self._lock:
            if (found := self._touched(key)) is not None:
                return found
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            with self._lock:
                if (found := self._touched(key)) is not None:
                    return found
            try:
                with self._slots:
                    model = load()
                self._keep(key, model)
            finally:
                with self._lock:
                    self._loading.pop(key, None)
        return model

    @property
    def bytes(self) -> int:
        """Estimate of the memory of all models."""
        return sum(model.bytes for model in self._models.values())

    def _touched(self, key: str) -> "Model | None":
        if key not in self._models:
            return None
        self._models.move_to_end(key)
        return self._models[key]

    def _keep(self, key: str, model: "Model") -> None:
        if model.bytes > self._max_bytes:
            return
        with self._lock:
            self._models[key] = model
            while self.bytes > self._max_bytes:
                self._models.popitem(last=False)
