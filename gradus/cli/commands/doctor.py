"""`gradus doctor`."""

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
            output.show(_line(check))
    broken = sum(check.state is State.PROBLEM for check in found)
    if as_json:
        output.print_json({"ok": not broken, "checks": [vars(check) for check in found]})
    else:
        output.talk(_verdict(found, broken))
    return Exit.FAILED if broken else Exit.OK


def _line(check: Check) -> Text:
    sign, colour = SIGNS[check.state]
    line = Text.assemble((sign, colour), f" {check.name:12} {check.said}")
    return line.append(f"\n{'':15}{check.hint}", style="dim") if check.hint else line


def _verdict(found: list[Check], broken: int) -> str:
    if broken:
        return f"{broken} of {len(found)} checks found something broken"
    return "everything that is needed is in order"
