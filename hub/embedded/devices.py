"""The number of workers for this machine, and the GPU of each."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which

MAX_SLOTS = 4
"""Limit on slots per worker: each slot keeps a process with torch and a data set in memory."""


def gpus(env: Mapping[str, str] = os.environ) -> Sequence[str]:
    """The usable NVIDIA GPUs, by their names for `CUDA_VISIBLE_DEVICES`."""
    if "CUDA_VISIBLE_DEVICES" in env:
        return [name for name in env["CUDA_VISIBLE_DEVICES"].split(",") if name not in {"", "-1"}]
    program = which("nvidia-smi")
    if program is None:
        return []
    listed = subprocess.run([program, "-L"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return [str(i) for i in range(sum(line.startswith("GPU ") for line in listed.stdout.splitlines()))]


def unlisted_gpu(env: Mapping[str, str] = os.environ, device_files: Path = Path("/dev")) -> bool:
    """Whether torch may find a GPU that `gpus` does not list: some containers have the driver without `nvidia-smi`."""
    return "CUDA_VISIBLE_DEVICES" not in env and any(device_files.glob("nvidia[0-9]*"))


def worker_envs(
    workers: int | None, devices: Sequence[str], env: Mapping[str, str] = os.environ
) -> Sequence[dict[str, str]]:
    """The environment of each worker: one worker for each GPU, or the given number of workers, which share GPUs and
    cores.

    A run on a CPU gets one core: two threads are faster only on idle cores, and six times slower on busy ones.
    """
    count = workers or max(1, len(devices))
    slots = 1 if devices else max(1, min(MAX_SLOTS, _cores() // count))
    gpu = [{"CUDA_VISIBLE_DEVICES": devices[i % len(devices)]} if devices else {} for i in range(count)]
    return [{"GRADUS_SLOTS": env.get("GRADUS_SLOTS") or str(slots), **variables} for variables in gpu]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
