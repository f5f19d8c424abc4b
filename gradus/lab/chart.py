"""Charts of a demonstration, as data that both the dashboard and the SVG writer draw."""

from typing import Literal

from gradus.wire.message import Message, Number


class Series(Message):
    """A line through points."""

    name: str
    x: tuple[Number, ...]
    y: tuple[Number | None, ...]
    """A null leaves a gap in the line."""
    is_behind: bool = False
    """Whether it is a background for the other series, such as a contour; the legend omits it."""


class LineChart(Message):
    """Lines over a numeric axis."""

    kind: Literal["line"] = "line"
    title: str
    x_label: str
    y_label: str
    x_is_logarithmic: bool = False
    y_is_logarithmic: bool = False
    series: tuple[Series, ...]


class BarChart(Message):
    """A bar for each label."""

    kind: Literal["bar"] = "bar"
    title: str
    x_label: str
    labels: tuple[str, ...]
    values: tuple[Number, ...]


class Panel(Message):
    """One histogram among several."""

    name: str
    counts: tuple[int, ...]


class Histograms(Message):
    """Histograms side by side, with the same bins."""

    kind: Literal["histograms"] = "histograms"
    title: str
    x_label: str
    edges: tuple[Number, ...]
    """Edges of the bins: one more than there are bins."""
    panels: tuple[Panel, ...]


class HeatMap(Message):
    """A color for each pair of a row and a column."""

    kind: Literal["heat_map"] = "heat_map"
    title: str
    x_label: str
    y_label: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[Number, ...], ...]
    """Values by row; the colors range from 0 to 1."""


AnyChart = LineChart | BarChart | Histograms | HeatMap
"""Tagged by `kind`."""
