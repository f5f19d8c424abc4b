"""Histograms side by side, with the same bins."""

from math import ceil

from gradus.lab.chart import Histograms, Panel
from lab.svg.axis import Axis, axis, label
from lab.svg.style import BOTTOM, LEFT, RIGHT, TOP, WIDTH, text, title

_COLUMNS = 5
_ROW = 130
"""Height of a row of panels, in pixels."""
_GAP = 14


def histograms(chart: Histograms) -> tuple[str, int]:
    """The chart, and its height in pixels. Each panel has its own scale, as only the shapes are compared."""
    columns = min(_COLUMNS, len(chart.panels))
    rows = ceil(len(chart.panels) / columns)
    width = (WIDTH - LEFT - RIGHT - _GAP * (columns - 1)) / columns
    parts = [title(chart.title)]
    for number, panel in enumerate(chart.panels):
        left = LEFT + (number % columns) * (width + _GAP)
        bottom = TOP + (number // columns + 1) * _ROW - 36
        across = axis(chart.edges, left, left + width)
        assert across is not None, "edges are finite"
        parts.append(_panel(panel, chart.edges, across, bottom))
    height = TOP + rows * _ROW + BOTTOM // 2
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, height - 12, chart.x_label))
    return "".join(parts), height


def _panel(panel: Panel, edges: tuple[float, ...], across: Axis, bottom: float) -> str:
    top = bottom - _ROW + 54
    tallest = max(panel.counts) or 1
    path = [f"M{across.at(edges[0]):.1f} {bottom:.1f}"]
    for count, right in zip(panel.counts, edges[1:], strict=True):
        path.append(f"V{bottom - (bottom - top) * count / tallest:.1f}H{across.at(right):.1f}")
    path.append(f"V{bottom:.1f}z")
    middle = (across.start + across.end) / 2
    return (
        f'<path class="f0" d="{"".join(path)}"/>'
        f'<path class="rule" d="M{across.start:.1f} {bottom:.1f}H{across.end:.1f}"/>'
        + text(middle, top - 6, panel.name, kind="key")
        + text(across.start, bottom + 14, label(edges[0]), anchor="start")
        + text(across.end, bottom + 14, label(edges[-1]), anchor="end")
    )
