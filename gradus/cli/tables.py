"""Tables that several commands print."""

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table

from gradus.wire.experiment import LayerSummary


def borderless() -> Table:
    """A table without lines, whose columns are two spaces apart."""
    return Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))


def facts(pairs: Mapping[str, RenderableType]) -> Table:
    """A line for each name and its value; names without a value are left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for name, value in pairs.items():
        if value != "":
            grid.add_row(name, value)
    return grid


def layers(found: Sequence[LayerSummary]) -> Table:
    """A line for each layer, with its shapes and parameters, and their sum."""
    table = borderless()
    for heading in ("layer", "kind", "activation", "in", "out", "parameters", "multiply-adds"):
        right = heading in {"in", "out", "parameters", "multiply-adds"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for layer in found:
        shapes = (shape(layer.input_shape), shape(layer.output_shape))
        costs = (f"{number:,}" for number in (layer.parameters, layer.multiply_adds or 0))
        table.add_row(layer.name, layer.kind, layer.activation, *shapes, *costs)
    if len(found) > 1:
        sums = sum(layer.parameters for layer in found), sum(layer.multiply_adds or 0 for layer in found)
        table.add_row("total", "", "", "", "", *(f"{number:,}" for number in sums), style="bold")
    return table


def shape(of: Sequence[int]) -> str:
    """28 x 28."""
    return " x ".join(map(str, of))
