"""A color for each pair of a row and a column."""

from math import ceil, isfinite

from gradus.lab.chart import HeatMap
from lab.svg.style import BOTTOM, LEFT, RIGHT, TOP, WIDTH, text, title

_ROW = 22
"""Height of a row, in pixels."""
_LABELS = 20
"""Largest number of columns with a label."""


def heat_map(chart: HeatMap) -> tuple[str, int]:
    """The chart, and its height in pixels. A stronger color means a greater value."""
    width = (WIDTH - LEFT - RIGHT) / len(chart.columns)
    height = TOP + _ROW * len(chart.rows) + BOTTOM
    parts = [title(chart.title)]
    for number, (name, values) in enumerate(zip(chart.rows, chart.values, strict=True)):
        y = TOP + number * _ROW
        parts.append(text(LEFT - 6, y + _ROW / 2 + 4, name, anchor="end"))
        parts += [_cell(LEFT + place * width, y, width, value) for place, value in enumerate(values)]
    every = ceil(len(chart.columns) / _LABELS)
    for place, name in list(enumerate(chart.columns))[::every]:
        parts.append(text(LEFT + (place + 0.5) * width, height - BOTTOM + 14, name))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, height - 8, chart.x_label))
    parts.append(text(14, TOP + _ROW * len(chart.rows) / 2, chart.y_label, turned=True))
    return "".join(parts), height


def _cell(x: float, y: float, width: float, value: float) -> str:
    strength = min(max(value, 0.0), 1.0) if isfinite(value) else 0.0
    return (
        f'<rect class="f0" x="{x:.1f}" y="{y}" width="{width - 1:.1f}" height="{_ROW - 1}" '
        f'fill-opacity="{0.04 + 0.96 * strength:.3f}"><title>{value:.3g}</title></rect>'
    )
