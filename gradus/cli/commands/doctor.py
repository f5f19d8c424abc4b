"""`gradus doctor`."""

from rich.table import Table
from rich.text import Text

from gradus.cli import output
from gradus.cli.doctor.check import SIGNS, Check, State
from gradus.cli.doctor.examination import examine
from gradus.cli.exits import Exit
from gradus.cli.options import Json, Url


def command(as_json: Json = False, url: Url = None) -> Exit:
    """Look whether everything is in order here, and say what to do where it is not."""
    found: list[Check] = []
    for check in examine(url):
        found.append(check)
        if not as_json:
            output.show(_lines(check))
    broken = sum(check.state is State.PROBLEM for check in found)
    if as_json:
        output.print_json({"ok": not broken, "checks": [vars(check) for check in found]})
    else:
        output.talk(_verdict(found, broken))
    return Exit.FAILED if broken else Exit.OK


def _lines(check: Check) -> Table:
    """A sign, a name, what was found and, below it, what to do; wrapped lines stay in their column."""
    sign, colour = SIGNS[check.state]
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=12)
    grid.add_column(overflow="fold")
    grid.add_row(Text(sign, style=colour), check.name, check.said)
    if check.hint:
        grid.add_row("", "", Text(check.hint, style="dim"))
    return grid


def _verdict(found: list[Check], broken: int) -> str:
    if broken:
        return f"{broken} of {len(found)} checks found something broken"
    return "everything that is needed is in order"
