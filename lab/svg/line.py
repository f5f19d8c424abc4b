"""Lines over a numeric axis."""

from collections.abc import Iterator

from gradus.lab.chart import LineChart, Series
from lab.svg.axis import Axis, axis, label
from lab.svg.style import BOTTOM, COLORS, LEFT, RIGHT, TOP, WIDTH, rule, text, title

_HEIGHT = 300
_KEY, _KEY_HEIGHT, _CHARACTER = 22, 16, 6.4
"""In pixels: the width of a line's key in the legend, the height of a row of the legend, and the width of a
character."""


def line(chart: LineChart) -> tuple[str, int]:
    """The chart, and its height in pixels."""
    named = [series for series in chart.series if not series.is_behind]
    legend, rows = _legend(named) if len(named) > 1 else ("", 0)
    top, height = TOP + rows * _KEY_HEIGHT, _HEIGHT + rows * _KEY_HEIGHT
    across = axis(
        (x for one in chart.series for x in one.x), LEFT, WIDTH - RIGHT, is_logarithmic=chart.x_is_logarithmic
    )
    up = axis(
        (y for one in chart.series for y in one.y),
        height - BOTTOM,
        top,
        is_logarithmic=chart.y_is_logarithmic,
        air=0.04,
    )
    if across is None or up is None:
        return title(chart.title) + text(WIDTH / 2, height / 2, "no number can be drawn"), height
    grid = "".join(_grid(chart, across, up))
    return title(chart.title) + legend + grid + "".join(_lines(chart, across, up)), height


def _grid(chart: LineChart, across: Axis, up: Axis) -> Iterator[str]:
    for value in up.ticks():
        yield rule(across.start, up.at(value), across.end, up.at(value))
        yield text(across.start - 6, up.at(value) + 4, label(value), anchor="end")
    for value in across.ticks():
        yield text(across.at(value), up.start + 15, label(value))
    yield text((across.start + across.end) / 2, up.start + 32, chart.x_label)
    yield text(14, (up.start + up.end) / 2, chart.y_label, turned=True)


def _lines(chart: LineChart, across: Axis, up: Axis) -> Iterator[str]:
    number = 0
    for series in chart.series:
        kind = "c behind" if series.is_behind else f"s{number % COLORS}"
        yield f'<path class="line {kind}" d="{_path(series, across, up)}"/>'
        number += not series.is_behind


def _path(series: Series, across: Axis, up: Axis) -> str:
    """The path of a line, with a gap wherever a value cannot be drawn."""
    parts, pen_is_down = [], False
    for x, y in zip(series.x, series.y, strict=True):
        is_shown = y is not None and across.shows(x) and up.shows(y)
        if is_shown and y is not None:
            parts.append(f"{'L' if pen_is_down else 'M'}{across.at(x):.1f} {up.at(y):.1f}")
        pen_is_down = is_shown
    return "".join(parts)


def _legend(named: list[Series]) -> tuple[str, int]:
    """The legend, with each name beside its color, and the number of its rows."""
    parts, x, row = [], float(LEFT), 0
    for number, series in enumerate(named):
        width = _KEY + _CHARACTER * len(series.name) + 14
        if x > LEFT and x + width > WIDTH - RIGHT:
            x, row = float(LEFT), row + 1
        y = TOP + row * _KEY_HEIGHT
        parts.append(f'<path class="line s{number % COLORS}" d="M{x:.1f} {y - 4}h16"/>')
        parts.append(text(x + _KEY, y, series.name, anchor="start", kind="key"))
        x += width
    return "".join(parts), row + 1
