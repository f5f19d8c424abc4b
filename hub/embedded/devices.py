"""How many workers this machine has room for, and which GPU each one sees."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from shutil import which

MOST_SLOTS = 4
"""Each keeps a process with torch and a data set in memory."""


def gpus(env: Mapping[str, str] = os.environ) -> Sequence[str]:
    """The NVIDIA GPUs that may be used, by the names that `CUDA_VISIBLE_DEVICES` takes."""
    if "CUDA_VISIBLE_DEVICES" in env:
        return [name for name in env["CUDA_VISIBLE_DEVICES"].split(",") if name not in {"", "-1"}]
    program = which("nvidia-smi")
    if program is None:
        return []
    listed = subprocess.run([program, "-L"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return [str(i) for i in range(sum(line.startswith("GPU ") for line in listed.stdout.splitlines()))]


def worker_envs(
    workers: int | None, found: Sequence[str], env: Mapping[str, str] = os.environ
) -> Sequence[dict[str, str]]:
    """The environment of each worker: one for each GPU, or as many as asked for, sharing GPUs and cores.

    A run on a CPU has a core of its own: two threads are faster only while nothing else wants their cores, and six
    times slower when something does.
    """
    count = workers or max(1, len(found))
    slots = 1 if found else max(1, min(MOST_SLOTS, _cores() // count))
    gpu = [{"CUDA_VISIBLE_DEVICES": found[i % len(found)]} if found else {} for i in range(count)]
    return [{"GRADUS_SLOTS": env.get("GRADUS_SLOTS") or str(slots), **one} for one in gpu]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
