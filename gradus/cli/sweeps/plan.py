"""What a sweep would come to."""

from rich.console import Group, RenderableType
from rich.table import Table

from gradus.cli import details, words
from gradus.wire.sweep import SweepDryRun

SHOWN = 20
"""Members."""


def plan(found: SweepDryRun) -> RenderableType:
    """Its size, and its first members."""
    seconds = "no run like these has been trained yet" if found.seconds is None else words.duration(found.seconds)
    facts = {
        "experiments": str(found.count),
        "trained in": ", ".join(f"{size} side by side" if size > 1 else "1 alone" for size in found.arrays),
        "parameters": f"{found.parameters:,} together",
        "will take": seconds,
    }
    more = found.count - SHOWN
    return Group(details.table(facts), "", _members(found), *([f"… and {more} more"] if more > 0 else []))


def _members(found: SweepDryRun) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("change", overflow="fold")
    table.add_column("seed", justify="right")
    table.add_column("parameters", justify="right")
    for one in found.members[:SHOWN]:
        table.add_row(one.label, str(one.seed), f"{one.parameters:,}")
    return table
