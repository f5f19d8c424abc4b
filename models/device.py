"""The device that a run trains on."""

import platform
from pathlib import Path
from typing import assert_never

import torch

from gradus.spec.device import DeviceChoice


def device(wish: DeviceChoice) -> torch.device:
    """The device for a wish on this machine; `auto` takes a GPU if there is one.

    Raises `RuntimeError` when the wish is `cuda` and there is no GPU.
    """
    match wish:
        case "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        case "cpu":
            return torch.device("cpu")
        case "cuda":
            if not torch.cuda.is_available():
                raise RuntimeError("this machine has no NVIDIA GPU that torch can use: take device cpu or auto")
            return torch.device("cuda")
        case _:
            assert_never(wish)


def device_name(place: torch.device) -> str:
    """What decides the bits of a run: hardware, threads and the build of torch.

    `cpu:2 (AuthenticAMD AVX512, torch 2.13.0+cpu)` is a CPU with two threads, `cuda:NVIDIA H200 (torch 2.11.0+cu130)` a
    GPU. The libraries below torch choose their kernels by maker and instruction set of the CPU.
    """
    if place.type == "cuda":
        return f"cuda:{torch.cuda.get_device_name(place)} (torch {torch.__version__})"
    instructions = torch.backends.cpu.get_cpu_capability()
    return f"cpu:{torch.get_num_threads()} ({_cpu_maker()} {instructions}, torch {torch.__version__})"


def _cpu_maker() -> str:
    """`GenuineIntel`, `AuthenticAMD`; the architecture where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    makers = (line.partition(":")[2].strip() for line in lines if line.startswith("vendor_id"))
    return next(makers, platform.machine())
