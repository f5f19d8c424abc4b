"""The device that a run requests."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gradus.spec.spec_model import SpecModel

DeviceKind = Literal["cpu", "cuda"]
DeviceChoice = Literal["auto", "cpu", "cuda"]
"""`auto` runs on the first free worker of any kind; `cpu` and `cuda` wait for a worker of that kind."""
MAX_THREADS = 64


class CpuThreads(SpecModel, title="CPU"):
    """A CPU with a number of threads, on whichever machine. The number decides the last bits of a run's results.

    With `"cpu"` alone the worker chooses it, by the network's size and by the cores that are idle when the run starts.
    """

    kind: Literal["cpu"] = "cpu"
    threads: int = Field(ge=1, le=MAX_THREADS)
    """Threads that compute each step. A worker with fewer cores uses as many threads as it has cores, and says so in
    the log."""


def _without_options(value: Any) -> Any:
    """Convert `{"kind": "cpu"}`, the form of kinds without options in other fields, to `"cpu"`."""
    return value["kind"] if isinstance(value, dict) and value.keys() == {"kind"} else value


class DeviceWithoutOptions(SpecModel, title="Kind of device"):
    """A kind of device as an object, without options."""

    kind: DeviceChoice


Device = Annotated[
    DeviceChoice | CpuThreads,
    BeforeValidator(_without_options, json_schema_input_type=DeviceChoice | CpuThreads | DeviceWithoutOptions),
]


def choice_of(device: Device) -> DeviceChoice:
    """The kind of device, which decides the queue."""
    return device.kind if isinstance(device, CpuThreads) else device
