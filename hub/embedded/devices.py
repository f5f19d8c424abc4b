"""The number of workers for this machine, and the GPU of each."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which

from hub.machine import this_machine


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
    workers: int | None, devices: Sequence[str], env: Mapping[str, str] = os.environ, cores: int | None = None
) -> Sequence[dict[str, str]]:
    """The environment of each worker: one worker for each GPU, or the given number of workers, which share GPUs and
    cores. Beside GPUs there is one more, for runs that ask for a CPU, on the cores that the GPUs' trainers leave.

    `cores` are the machine's; by default those that this process may use.
    """
    total = cores or this_machine().cores
    count = workers or max(1, len(devices))
    if not devices:
        return [{"GRADUS_CORES": env.get("GRADUS_CORES") or str(max(1, total // count))} for _ in range(count)]
    gpus = [
        {"CUDA_VISIBLE_DEVICES": devices[i % len(devices)], "GRADUS_SLOTS": env.get("GRADUS_SLOTS") or "1"}
        for i in range(count)
    ]
    return gpus if env.get("GRADUS_DEVICE") == "cpu" else [*gpus, _beside_gpus(max(1, total - count))]


def _beside_gpus(cores: int) -> dict[str, str]:
    return {
        "CUDA_VISIBLE_DEVICES": "",
        "GRADUS_CORES": str(cores),
        "GRADUS_DEVICE": "cpu",
        "GRADUS_ON_REQUEST": "1",
        "GRADUS_SLOTS": "",
    }
