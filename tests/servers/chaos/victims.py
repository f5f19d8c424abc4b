"""The parts of a service that a fault can hit."""

from enum import StrEnum


class Victim(StrEnum):
    """A part of the service. If there are several of its kind, a random one is hit."""

    TRAINER = "trainer"
    WORKER = "worker"
    API = "API"
    VALKEY = "Valkey"
    POSTGRES = "Postgres"
    """The main process of the server. Its sessions end with it."""
    SESSION = "a process of Postgres"
    """A process of the server, most often a session. The server then ends all other sessions and recovers."""
    SUPERVISOR = "supervisor"
    """The process of `gradus up`. Its parts end by themselves when it ends."""
    EVERYTHING = "everything at once"
