"""The name of a device contains everything that determines the bits of a run."""

import torch

from models.device import device_name, select_device


def test_the_name_tells_threads_instructions_and_the_build_of_torch() -> None:
    name = device_name(select_device("cpu"))
    assert name.startswith(f"cpu:{torch.get_num_threads()} (")
    assert torch.backends.cpu.get_cpu_capability() in name
    assert torch.__version__ in name
    assert len(name) <= 100, "what the database has room for"


def test_another_number_of_threads_is_another_device() -> None:
    before = torch.get_num_threads()
    one = device_name(select_device("cpu"))
    torch.set_num_threads(before + 1)
    try:
        assert device_name(select_device("cpu")) != one
    finally:
        torch.set_num_threads(before)
