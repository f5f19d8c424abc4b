"""What all programs use of a worker's GPU, as NVIDIA's management library (NVML) tells."""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

import pynvml

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GpuUsage:
    """Of one GPU."""

    busy: float
    """Share of the last moments in which it computed, 0 to 1."""
    used_bytes: int
    total_bytes: int


def gpu_reader(
    device: str, env: Mapping[str, str] = os.environ, nvml: ModuleType = pynvml
) -> Callable[[], GpuUsage | None]:
    """Reads the usage of the worker's GPU; None for a CPU, and where there is no driver to ask.

    It is the first that `CUDA_VISIBLE_DEVICES` names, by number or by UUID.
    """
    if not device.startswith("cuda"):
        return lambda: None
    name = (env.get("CUDA_VISIBLE_DEVICES") or "0").split(",")[0].strip()
    try:
        nvml.nvmlInit()
        handle = (
            nvml.nvmlDeviceGetHandleByIndex(int(name)) if name.isdecimal() else nvml.nvmlDeviceGetHandleByUUID(name)
        )
    except nvml.NVMLError as error:
        logger.warning("the usage of the GPU is unknown: %s", error)
        return lambda: None

    def read() -> GpuUsage | None:
        try:
            memory = nvml.nvmlDeviceGetMemoryInfo(handle)
            busy = nvml.nvmlDeviceGetUtilizationRates(handle).gpu
        except nvml.NVMLError:  # a slice of a GPU (MIG) does not tell how busy it is
            return None
        return GpuUsage(busy / 100, memory.used, memory.total)

    return read
