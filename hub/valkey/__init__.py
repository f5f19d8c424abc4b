"""The embedded Valkey server: one folder, a socket that is its owner's alone, a password of its own."""

from hub.valkey.server import ValkeyServer

__all__ = ["ValkeyServer"]
