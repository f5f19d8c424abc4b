"""The client: a call is a value, and a client sends it. `from gradus.client import Client, calls`."""

from gradus.client import calls
from gradus.client.access import Access, find_access
from gradus.client.calls import Call
from gradus.client.client import AsyncClient, Client
from gradus.client.run import AsyncRun, Run
from gradus.client.stream import StreamEvent

__all__ = ["Access", "AsyncClient", "AsyncRun", "Call", "Client", "Run", "StreamEvent", "calls", "find_access"]
