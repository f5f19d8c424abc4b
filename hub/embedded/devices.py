"""The number of workers for this machine, and the GPU of each."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import which

from gradus.environment import number
from hub.cores import RESERVED_BYTES, slots
from hub.machine import Machine, this_machine


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
    workers: int | None,
    devices: Sequence[str],
    env: Mapping[str, str] = os.environ,
    machine: Machine | None = None,
    *,
    hidden_gpu: bool = False,
) -> Sequence[dict[str, str]]:
    """The environment of each worker: one worker for each GPU, or the given number of workers, which share GPUs, cores
    and free memory. If there are GPUs, one more worker trains the runs that ask for a CPU, on the cores that the GPU
    workers leave free. Variables that the operator has set keep their values, except that `GRADUS_SLOTS` applies only
    to the GPU workers if there are any.

    `machine` defaults to what this process may use. With `hidden_gpu`, torch may find a GPU although none is listed.
    """
    machine = this_machine() if machine is None else machine
    if not devices or env.get("GRADUS_DEVICE") == "cpu":
        count = workers or 1
        own = _on_cpu(machine, count, env)
        if hidden_gpu and env.get("GRADUS_DEVICE") != "cpu":
            own["GRADUS_SLOTS"] = env.get("GRADUS_SLOTS", "")  # the worker decides, when it has found the GPU
        return [own] * count
    count = workers or len(devices)
    gpus = [
        {"CUDA_VISIBLE_DEVICES": devices[i % len(devices)], "GRADUS_SLOTS": env.get("GRADUS_SLOTS") or "1"}
        for i in range(count)
    ]
    rest = replace(machine, cores=max(1, machine.cores - count))
    own = {key: value for key, value in env.items() if key != "GRADUS_SLOTS"}  # they are for the GPU workers
    beside = {"CUDA_VISIBLE_DEVICES": "", "GRADUS_DEVICE": "cpu", "GRADUS_ON_REQUEST": "1"}
    return [*gpus, beside | _on_cpu(rest, 1, own)]


def _on_cpu(machine: Machine, workers: int, env: Mapping[str, str]) -> dict[str, str]:
    """The environment of one of several CPU workers, with its share of the machine. Its slots are computed here,
    because each worker by itself would count all of the free memory."""
    cores = number(env, "GRADUS_CORES", int, 1) or max(1, machine.cores // workers)
    free = machine.free_bytes
    fit = slots(cores, None if free is None else RESERVED_BYTES + (free - RESERVED_BYTES) // workers)
    return {"GRADUS_CORES": str(cores), "GRADUS_SLOTS": env.get("GRADUS_SLOTS") or str(fit)}
