"""Facts about one thing: a name and a value in each line."""

from collections.abc import Mapping

from rich.console import RenderableType
from rich.table import Table


def table(facts: Mapping[str, RenderableType]) -> Table:
    """The facts that have a value."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for name, value in facts.items():
        if value != "":
            grid.add_row(name, value)
    return grid
