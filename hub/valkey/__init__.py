"""The embedded Valkey server: one folder, loopback only, behind a password of its own."""

from hub.valkey.server import ValkeyServer

__all__ = ["ValkeyServer"]
