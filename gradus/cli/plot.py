"""A small plot in the terminal, where plotext is installed."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec

from rich.console import Group
from rich.text import Text

from gradus.cli.screen import styled

COLOURS = ("bright_blue", "bright_green")
"""In the order that plotext takes them."""


def plot(curves: Mapping[str, Sequence[float]], title: str, width: int) -> Group | None:
    """Each curve over 1, 2, 3 …; None without plotext."""
    if find_spec("plotext") is None:
        return None
    figure = import_module("plotext").figure
    figure.clear()
    figure.theme("simple")
    figure.plot_size(min(width, 76), 14)
    for values in curves.values():
        signal = figure.signal(list(range(1, len(values) + 1)), list(values), marker="braille")
        figure.draw(signal.lines(active=True))
    figure.ruler("x").ticks(list(range(1, max(map(len, curves.values())) + 1)))
    return Group(_legend(list(curves), title), *Text.from_ansi(str(figure.build())).split("\n"))


def _legend(names: list[str], title: str) -> Text:
    parts = [styled(name, colour) for name, colour in zip(names, COLOURS, strict=False)]
    return Text.assemble(f"{title}: ", Text(", ").join(parts))
