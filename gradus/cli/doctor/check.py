"""A check: what was looked at, how it is, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is."""

    OK = "ok"
    """As it should be."""
    WARNING = "warning"
    """It works without, or not yet."""
    PROBLEM = "problem"
    """Something does not work until it is mended."""


SIGNS = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.PROBLEM: ("✗", "bold red")}
"""Sign and colour."""


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    name: str
    state: State
    said: str
    hint: str = ""


def ok(name: str, said: str) -> Check:
    """As it should be."""
    return Check(name, State.OK, said)


def warning(name: str, said: str, hint: str) -> Check:
    """Worth knowing."""
    return Check(name, State.WARNING, said, hint)


def problem(name: str, said: str, hint: str) -> Check:
    """To be mended."""
    return Check(name, State.PROBLEM, said, hint)
