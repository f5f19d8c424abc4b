"""The usage of a worker's GPU by all programs, as NVIDIA's management library (NVML) reports it."""

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType

import pynvml

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class GpuUsage:
    """The usage of one GPU."""

    busy: float
    """Share of the last moments in which the GPU was computing, 0 to 1."""
    used_bytes: int
    total_bytes: int


def gpu_reader(
    device: str, env: Mapping[str, str] = os.environ, nvml: ModuleType = pynvml
) -> Callable[[], GpuUsage | None]:
    """A function that reads the usage of the worker's GPU. It returns None for a CPU, and where there is no driver.

    The worker's GPU is the first that `CUDA_VISIBLE_DEVICES` names, by number or by UUID.
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
