"""Numbers in the sentences of findings."""


def figure(value: float) -> str:
    """Three significant digits, as pages write them: 0.0123, 1.5e-6, 12300."""
    text = f"{value:.3g}" if abs(value) < 1000 or value != value else f"{value:.0f}"  # noqa: PLR0124 (NaN)
    return text.replace("e-0", "e-")


def percent(share: float) -> str:
    """A share in percent with three significant digits: 97.5 %."""
    return f"{100 * share:.3g} %"


def count(number: int, noun: str) -> str:
    """`1 epoch`, `20 epochs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def rounded(value: float) -> float:
    """The value rounded to two significant digits, for use in a spec."""
    return float(f"{value:.2g}")


def clip_norm(norm: float) -> float:
    """A limit on the gradient's norm, rounded and within the bounds of specs."""
    return min(max(rounded(norm), 1e-9), 1e9)
