"""Selection and naming of the device that a run trains on."""

import platform
from pathlib import Path
from typing import assert_never

import torch

from gradus.device_name import ONEDNN_EVERYWHERE, CpuName
from gradus.spec.device import DeviceChoice


def select_device(choice: DeviceChoice) -> torch.device:
    """The device of this machine for a spec's `device`; `auto` selects a GPU if there is one.

    Raises:
        RuntimeError: `cuda` was chosen, and there is no GPU.
    """
    match choice:
        case "auto":
            return _gpu() if torch.cuda.is_available() else torch.device("cpu")
        case "cpu":
            return torch.device("cpu")
        case "cuda":
            if not torch.cuda.is_available():
                raise RuntimeError("torch found no NVIDIA GPU on this machine: use device cpu or auto")
            return _gpu()
        case _:
            assert_never(choice)


def _gpu() -> torch.device:
    """The GPU, set up for deterministic convolutions in full float32 precision, without TF32."""
    torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda")


def device_name(device: torch.device, products: str = ONEDNN_EVERYWHERE) -> str:
    """A name for everything that determines the last bits of a run: hardware, threads and torch build.

    `cpu:2 (AuthenticAMD AVX512, torch 2.13.0+cpu)` is a CPU with two threads, `cuda:NVIDIA H200 (torch 2.11.0+cu130)` a
    GPU. The libraries that torch uses choose their kernels by vendor and instruction set of the CPU. `products` names
    the library for each large product, as a `CpuName` does.
    """
    if device.type == "cuda":
        return f"cuda:{torch.cuda.get_device_name(device)} (torch {torch.__version__})"
    instructions = torch.backends.cpu.get_cpu_capability()
    processor, build = f"{_cpu_vendor()} {instructions}", f"torch {torch.__version__}"
    return str(CpuName(torch.get_num_threads(), processor, build, products))


def _cpu_vendor() -> str:
    """`GenuineIntel` or `AuthenticAMD`; the architecture if the system does not name a vendor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    vendors = (line.partition(":")[2].strip() for line in lines if line.startswith("vendor_id"))
    return next(vendors, platform.machine())
