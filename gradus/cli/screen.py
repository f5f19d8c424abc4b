"""The console that every table and line for people goes through: nothing of it commands the terminal, and no column
that does not wrap is cut."""

from itertools import accumulate
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Span, Text

from gradus.printable import UNPRINTABLE, printable

UNBOUNDED = 100_000
"""Columns where no terminal says how many there are."""


class Screen(Console):
    """Takes texts literally, and writes out what is not printable in them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"highlight": False, "markup": False, "emoji": False, **settings})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Any:
        """Every piece that is printed comes here, with all that is in it."""
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
        """Of the widest cell: what does not wrap is an id, a number or a word, of which a part is worth nothing."""
        room = self.options.update(width=UNBOUNDED)
        return max(Measurement.get(self, room, cell).maximum for cell in (column.header, *column._cells))


def one_line(text: str) -> Text:
    """A text that gives way where there is no room: its end becomes `…`."""
    return Text(printable(text), no_wrap=True, overflow="ellipsis")


def paragraph(text: str) -> Group:
    """A text with line ends of its own."""
    return Group(*(Text(printable(line.expandtabs(4))) for line in text.replace("\r\n", "\n").split("\n")))


def styled(text: str, style: str) -> Text:
    """A text in a colour."""
    return Text(printable(text), style=style)


def _safe_text(text: Text) -> Text:
    if not UNPRINTABLE.search(text.plain):
        return text
    starts = list(accumulate((len(printable(letter)) for letter in text.plain), initial=0))
    safe = text.blank_copy(printable(text.plain))
    safe.spans = [Span(starts[span.start], starts[min(span.end, len(text))], span.style) for span in text.spans]
    return safe
