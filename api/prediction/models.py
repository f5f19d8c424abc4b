"""A cache of loaded models that drops the least recently used ones."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gradus.wire.prediction import Epoch
from hub.database.changes import Unchanged

if TYPE_CHECKING:
    from api.prediction.model import Model

MAX_BYTES = 512 << 20
LOADS_AT_ONCE = 2
"""Limit on concurrent loads: loading a model takes twice its memory."""


@dataclass
class _Turn:
    """The callers that wait for a model to be loaded, in turn: if a load fails, the next caller tries."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: int = 0


class ModelCache:
    """Models by the identifier of their weights, within a memory limit. Thread-safe; concurrent callers load a model
    once."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._models: OrderedDict[str, Model] = OrderedDict()
        self._lock = threading.Lock()
        self._loading: dict[str, _Turn] = {}
        self._slots = threading.Semaphore(LOADS_AT_ONCE)
        self.located: Unchanged[tuple[str, str, Epoch], str] = Unchanged()
        """Keys of models by workspace, experiment and epoch."""

    def get(self, key: str, load: "Callable[[], Model]") -> "Model":
        """The model with this key, loaded if it is not cached. A model that alone exceeds the memory limit is not
        cached."""
        with self._lock:
            if (found := self._touched(key)) is not None:
                return found
            turn = self._loading.setdefault(key, _Turn())
            turn.asked += 1
        try:
            with turn.lock:
                return self._loaded(key, load)
        finally:
            with self._lock:
                turn.asked -= 1
                if not turn.asked:
                    del self._loading[key]

    def present(self, key: str) -> "Model | None":
        """The model with this key, if it is loaded. Does not wait."""
        with self._lock:
            return self._touched(key)

    @property
    def bytes(self) -> int:
        """Estimate of the memory of all models."""
        return sum(model.bytes for model in self._models.values())

    def _loaded(self, key: str, load: "Callable[[], Model]") -> "Model":
        with self._lock:
            if (found := self._touched(key)) is not None:
                return found
        with self._slots:
            model = load()
        self._keep(key, model)
        return model

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
