"""The device that a run trains on."""

from typing import assert_never

import torch

from gradus.spec.device import DeviceWish


def device(wish: DeviceWish) -> torch.device:
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
    """What decides the bits of a run: `cpu:2` is a CPU with two threads, `cuda:NVIDIA H200` a GPU."""
    if place.type == "cuda":
        return f"cuda:{torch.cuda.get_device_name(place)}"
    return f"cpu:{torch.get_num_threads()}"
