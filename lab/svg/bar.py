"""A bar for each label."""

from gradus.lab.chart import BarChart
from lab.svg.axis import axis, label
from lab.svg.style import BOTTOM, LEFT, RIGHT, TOP, WIDTH, rule, text, title

_HEIGHT = 220
_THICKNESS = 0.7
"""The width of a bar, as a share of the width of its column."""


def bar(chart: BarChart) -> tuple[str, int]:
    """The chart, and its height in pixels."""
    up = axis((0.0, *chart.values), _HEIGHT - BOTTOM, TOP + 10)
    assert up is not None, "0 can be drawn"
    place = (WIDTH - LEFT - RIGHT) / len(chart.labels)
    parts = [title(chart.title)]
    for value in up.ticks():
        parts.append(rule(LEFT, up.at(value), WIDTH - RIGHT, up.at(value)))
        parts.append(text(LEFT - 6, up.at(value) + 4, label(value), anchor="end"))
    for number, (name, value) in enumerate(zip(chart.labels, chart.values, strict=True)):
        x = LEFT + number * place
        top, bottom = sorted((up.at(value), up.at(0)))
        parts.append(
            f'<rect class="f0" x="{x + place * (1 - _THICKNESS) / 2:.1f}" y="{top:.1f}" '
            f'width="{place * _THICKNESS:.1f}" height="{bottom - top:.1f}"/>'
        )
        parts.append(text(x + place / 2, _HEIGHT - BOTTOM + 15, _cut(name, place)))
        parts.append(text(x + place / 2, top - 4, label(value), kind="key"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, _HEIGHT - 8, chart.x_label))
    return "".join(parts), _HEIGHT


def _cut(name: str, width: float) -> str:
    """The name, cut to a width in pixels."""
    most = max(3, int(width / 5.6))
    return name if len(name) <= most else f"{name[: most - 1]}…"
