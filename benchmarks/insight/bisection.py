"""Bisection for the mildest fault that has an effect, as mutation testing does (DeepCrime, 2021)."""

from collections.abc import Callable
from math import exp, log
from typing import Literal

Scale = Literal["log", "keep", "integer"]
"""How strengths are spaced: by factors; by factors of 1 - x, for shares such as dropout; or by whole numbers."""


def between(healthy: float, worst: float, scale: Scale) -> float:
    """The strength halfway between two strengths."""
    match scale:
        case "log":
            return exp((log(healthy) + log(worst)) / 2)
        case "keep":
            return 1 - exp((log(1 - healthy) + log(1 - worst)) / 2)
        case "integer":
            return (int(healthy) + int(worst)) // 2


def mildest(is_sick: Callable[[float], bool], healthy: float, worst: float, scale: Scale, steps: int) -> float | None:
    """The mildest sick strength that at most `steps` halvings find; None if not even the worst strength is sick."""
    if not is_sick(worst):
        return None
    for _ in range(steps):
        middle = between(healthy, worst, scale)
        if middle in (healthy, worst):
            break
        healthy, worst = (healthy, middle) if is_sick(middle) else (middle, worst)
    return worst


def stronger(strength: float, times: float, healthy: float, scale: Scale) -> float:
    """The strength, multiplied by `times` in the direction away from the healthy one."""
    match scale:
        case "log":
            return strength * times if strength > healthy else strength / times
        case "keep":
            return 1 - (1 - strength) / times if strength > healthy else strength / times
        case "integer":
            return round(strength * times) if strength > healthy else max(1, round(strength / times))
