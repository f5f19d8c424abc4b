"""The Python client: `Client`, which blocks, and `AsyncClient`, which is awaited.

A call is a method of a resource (`experiments.py`, `sweeps.py`, `datasets.py`, `keys.py`) or of the handle that it
returns (`experiment.py`, `sweep.py`): it makes a `Request` (`request.py`) and awaits its answer from the transport. The
transport (`transport.py`) sends the request with httpx, and repeats it where `retry.py` says so. Streams reconnect when
a connection breaks (`follow.py`). Every method is written once, as a coroutine: `AsyncClient` awaits it, `Client` runs
it over a transport that blocks (`methods.py`).
"""

import typing
from importlib import import_module

from gradus.client.client import AsyncClient, Client
from gradus.client.credentials import Credentials, find_credentials
from gradus.client.events import StreamEvent
from gradus.client.experiment import AsyncExperiment, Experiment
from gradus.client.experiments import Comparison

if typing.TYPE_CHECKING:
    from gradus.client.dataset import AsyncStoredDataset, StoredDataset
    from gradus.client.dataset_events import DatasetEvent
    from gradus.client.sweep import AsyncSweep, Sweep

_HOME_OF = {
    "AsyncStoredDataset": "dataset",
    "StoredDataset": "dataset",
    "DatasetEvent": "dataset_events",
    "AsyncSweep": "sweep",
    "Sweep": "sweep",
}
"""Modules of names that are imported on first use."""

__all__ = [
    "AsyncClient",
    "AsyncExperiment",
    "AsyncStoredDataset",
    "AsyncSweep",
    "Client",
    "Comparison",
    "Credentials",
    "DatasetEvent",
    "Experiment",
    "StoredDataset",
    "StreamEvent",
    "Sweep",
    "find_credentials",
]


def __getattr__(name: str) -> object:
    """Import a name from its module on first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'gradus.client' has no attribute '{name}'")
    globals()[name] = found = getattr(import_module(f"gradus.client.{_HOME_OF[name]}"), name)
    return found
