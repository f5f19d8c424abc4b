"""The kind of device that a run requests."""

from typing import Literal

DeviceKind = Literal["cpu", "cuda"]
DeviceChoice = Literal["auto", "cpu", "cuda"]
"""`auto` runs on the first free worker of any kind; `cpu` and `cuda` wait for a worker of that kind."""
