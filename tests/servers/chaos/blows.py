"""The blows: faults that can be injected into a service."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import redis

from tests.servers.chaos.service import Service
from tests.servers.chaos.victims import Victim

THERE_SECONDS = 180.0
"""How long a part may take to restart before the next blow."""

Wait = Callable[[float], None]
"""Waits for a number of seconds, and meanwhile restarts the parts that have ended."""


@dataclass(frozen=True)
class Kill:
    """`kill -9` of one process of this kind, or of everything."""

    victim: Victim

    def __str__(self) -> str:
        return f"kill {self.victim}"


@dataclass(frozen=True)
class Freeze:
    """SIGSTOP, and SIGCONT after some seconds. It simulates a broker or database that hangs, or a worker whose lease
    expires."""

    victim: Victim
    seconds: float

    def __str__(self) -> str:
        return f"freeze {self.victim}"


@dataclass(frozen=True)
class Empty:
    """Delete all data in Valkey."""

    def __str__(self) -> str:
        return "empty Valkey"


Blow = Kill | Freeze | Empty


def deal(blow: Blow, service: Service, rng: random.Random, wait: Wait) -> None:
    """Inject the fault, as soon as there is a process for it."""
    deadline = time.monotonic() + THERE_SECONDS
    while not _dealt(blow, service, rng, wait):
        assert time.monotonic() < deadline, f"for {THERE_SECONDS} s there was nobody to {blow}"
        wait(0.05)


def _dealt(blow: Blow, service: Service, rng: random.Random, wait: Wait) -> bool:
    match blow:
        case Kill(victim=victim):
            return _signal(_chosen(service, victim, rng), signal.SIGKILL) > 0
        case Freeze(victim=victim, seconds=seconds):
            chosen = _chosen(service, victim, rng)
            return bool(chosen) and _frozen([*chosen, *_sessions(service, victim)], seconds, wait)
        case Empty():
            return _emptied(service.redis_url)


def _chosen(service: Service, victim: Victim, rng: random.Random) -> list[int]:
    """The processes to hit: one of those that run now, or all of them."""
    pids = service.pids(victim)
    return pids if victim is Victim.EVERYTHING or not pids else [rng.choice(pids)]


def _sessions(service: Service, victim: Victim) -> list[int]:
    """The other processes to freeze: for Postgres, those of its sessions."""
    return service.pids(Victim.SESSION) if victim is Victim.POSTGRES else []


def _frozen(pids: list[int], seconds: float, wait: Wait) -> bool:
    """Freeze the processes for some seconds; returns whether one of them still existed afterwards."""
    try:
        _signal(pids, signal.SIGSTOP)
        wait(seconds)
    finally:
        woken = _signal(pids, signal.SIGCONT)
    return woken > 0


def _signal(pids: list[int], number: signal.Signals) -> int:
    """Send a signal; returns how many of the processes existed."""
    reached = 0
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            reached += 1
    return reached


def _emptied(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            client.flushall()
    except redis.RedisError:
        return False
    return True
