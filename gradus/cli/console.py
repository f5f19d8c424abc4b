"""The console that prints every table and line for people. No text in it can control the terminal, and no column that
does not wrap is cut off."""

from itertools import accumulate
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Span, Text

from gradus.printable import UNPRINTABLE, printable

UNBOUNDED = 100_000
"""How many columns there are without a terminal."""


class Screen(Console):
    """Prints texts literally, with unprintable characters escaped."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"highlight": False, "markup": False, "emoji": False, **settings})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Any:
        """Render an object for printing. All that is printed passes through this method, so that it can escape every
        text."""
        return super().render(self._safe(renderable), options)

    def render_str(self, text: str, **settings: Any) -> Text:
        """A text that is printed as it is."""
        return super().render_str(printable(text), **settings)

    def _safe(self, renderable: Any) -> Any:
        match renderable:
            case str():
                return printable(renderable)
            case Text():
                return _safe_text(renderable)
            case Group():
                return Group(*map(self._safe, renderable.renderables), fit=renderable.fit)
            case Table():
                return self._safe_table(renderable)
            case _:
                return renderable

    def _safe_table(self, table: Table) -> Table:
        for column in table.columns:
            column.header = self._safe(column.header)
            column._cells = list(map(self._safe, column._cells))
            if column.no_wrap and column.width is None and column.max_width is None:
                column.min_width = self._needed(column)
        return table

    def _needed(self, column: Column) -> int:
        """The width of the widest cell: a truncated id, number or word would be useless."""
        room = self.options.update(width=UNBOUNDED)
        return max(Measurement.get(self, room, cell).maximum for cell in (column.header, *column._cells))


def one_line(text: str) -> Text:
    """A text whose end becomes `…` where there is no room."""
    return Text(printable(text), no_wrap=True, overflow="ellipsis")


def paragraph(text: str) -> Group:
    """A text of several lines."""
    return Group(*(Text(printable(line.expandtabs(4))) for line in text.replace("\r\n", "\n").split("\n")))


def styled(text: str, style: str) -> Text:
    """A text in a style."""
    return Text(printable(text), style=style)


def _safe_text(text: Text) -> Text:
    if not UNPRINTABLE.search(text.plain):
        return text
    starts = list(accumulate((len(printable(letter)) for letter in text.plain), initial=0))
    safe = text.blank_copy(printable(text.plain))
    safe.spans = [Span(starts[span.start], starts[min(span.end, len(text))], span.style) for span in text.spans]
    return safe
