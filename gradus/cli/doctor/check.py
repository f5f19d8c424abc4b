"""A check of the doctor: what was checked, its state, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The severity of a check's result."""

    OK = "ok"
    """Nothing to do."""
    WARNING = "warning"
    """It works, but something is missing or unusual."""
    PROBLEM = "problem"
    """Something does not work until it is fixed."""


SIGNS = {State.OK: ("✓", "green"), State.WARNING: ("!", "yellow"), State.PROBLEM: ("✗", "bold red")}
"""How each state is shown: its sign and its color."""


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    name: str
    state: State
    message: str
    """What was found."""
    hint: str = ""
    """What to do about it."""


def ok(name: str, message: str) -> Check:
    """Nothing to do."""
    return Check(name, State.OK, message)


def warning(name: str, message: str, hint: str) -> Check:
    """Something is missing or unusual."""
    return Check(name, State.WARNING, message, hint)


def problem(name: str, message: str, hint: str) -> Check:
    """Something does not work."""
    return Check(name, State.PROBLEM, message, hint)
