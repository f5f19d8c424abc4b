"""The parts of a service that a blow can hit."""

from enum import StrEnum


class Victim(StrEnum):
    """A part of the service; where there are several of its kind, one of them."""

    TRAINER = "trainer"
    WORKER = "worker"
    API = "API"
    VALKEY = "Valkey"
    POSTGRES = "Postgres"
    """The server itself: its sessions die with it."""
    SESSION = "a process of Postgres"
    """One of the server's own, most often a session: the server ends all others and recovers."""
    SUPERVISOR = "supervisor"
    """`gradus up`: its parts end by themselves."""
    EVERYTHING = "everything at once"
