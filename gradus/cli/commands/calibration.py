"""`gradus calibration`."""

from collections.abc import Iterator
from math import isfinite

from rich.console import Group, RenderableType

from gradus.cli import ids, output
from gradus.cli.labels import number
from gradus.cli.options import Epoch, Id, Json, Url, epoch_of
from gradus.cli.tables import borderless
from gradus.client import Client
from gradus.wire.calibration import CalibrationRecord

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
"""The levels whose intervals are listed; `--json` has all."""


def calibration(given: Id, epoch: Epoch = "best", as_json: Json = False, url: Url = None) -> None:
    """Show how a trained network is calibrated: its temperature, or the widths of its intervals.

    It is fitted to the validation split; `gradus predict --calibrated` and `--interval` use it.
    """
    with Client(url) as client:
        found = client.experiments.get(ids.resolve(client, given)).calibration(epoch=epoch_of(epoch))
    if as_json:
        output.print_json(found)
        return
    output.show(Group(*_parts(found)))


def _parts(found: CalibrationRecord) -> Iterator[RenderableType]:
    yield f"{found.n:,} examples of the validation split, weights of epoch {found.epoch}"
    if found.temperature is not None:
        yield f"temperature {number(found.temperature)}"
    if found.note:
        yield found.note
    if found.intervals:
        table = borderless()
        table.add_column("target", overflow="fold")
        for level in LEVELS:
            table.add_column(f"{level:.0%}", justify="right")
        for one in found.intervals:
            table.add_row(one.target, *(_width(one.half_width(level)) for level in LEVELS))
        yield table


def _width(half: float) -> str:
    """Half a width; a dash if the split has too few examples for such an interval."""
    return f"± {number(half)}" if isfinite(half) else number(None)
