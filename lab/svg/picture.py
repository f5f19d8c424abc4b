"""A picture: charts below each other, as one SVG document."""

from collections.abc import Sequence
from html import escape
from typing import assert_never

from gradus.lab.chart import AnyChart, BarChart, HeatMap, Histograms, LineChart
from lab.svg.bar import bar
from lab.svg.heat_map import heat_map
from lab.svg.histograms import histograms
from lab.svg.line import line
from lab.svg.style import WIDTH, style

_GAP = 14


def picture(title: str, charts: Sequence[AnyChart]) -> str:
    """The document. It refers to no other file, and is legible on light and dark pages."""
    parts, height = [], _GAP
    for chart in charts:
        drawing, own_height = _drawn(chart)
        parts.append(f'<g transform="translate(0 {height})">{drawing}</g>')
        height += own_height + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img"><title>{escape(title)}</title>{style()}'
        f'<rect class="page" width="{WIDTH}" height="{height}"/>{"".join(parts)}</svg>'
    )


def _drawn(chart: AnyChart) -> tuple[str, int]:
    match chart:
        case LineChart():
            return line(chart)
        case BarChart():
            return bar(chart)
        case Histograms():
            return histograms(chart)
        case HeatMap():
            return heat_map(chart)
        case _:
            assert_never(chart)
