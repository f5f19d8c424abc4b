"""The embedded Valkey server, with its own folder, private socket and password."""

from hub.valkey.server import ValkeyServer

__all__ = ["ValkeyServer"]
