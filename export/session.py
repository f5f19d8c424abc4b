"""A loaded model."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

QUIET = 3
"""The log level of ONNX Runtime: only errors."""


class Session:
    """Runs a model in this process. Each request uses one thread, so that many small ones run side by side.
    Thread-safe."""

    def __init__(self, model: bytes) -> None:
        import onnxruntime  # noqa: PLC0415 (it starts a thread, and processes that fork may have one alone)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = QUIET
        options.enable_cpu_mem_arena = False  # it would keep the memory of the largest request
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._outputs = [one.name for one in self._session.get_outputs()]

    def run(self, feeds: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The outputs, by name."""
        return dict(zip(self._outputs, map(np.asarray, self._session.run(self._outputs, dict(feeds))), strict=True))
