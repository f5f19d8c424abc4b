"""The kind of device that a run asks for."""

from typing import Literal

DeviceKind = Literal["cpu", "cuda"]
DeviceChoice = Literal["auto", "cpu", "cuda"]
"""`auto` takes the first free worker, whatever it has; `cpu` and `cuda` wait for a worker of that kind."""
