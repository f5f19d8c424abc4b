"""`gradus doctor`: all checks, one after the other. None of them changes anything."""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table
from rich.text import Text

from gradus.cli import output
from gradus.cli.doctor import datasets, machine
from gradus.cli.doctor.check import SIGNS, Check, State, problem, warning
from gradus.cli.doctor.service import service
from gradus.cli.exit_codes import Exit
from gradus.cli.options import Json, Url
from gradus.client import Credentials, find_credentials
from gradus.data_folder import data_dir
from gradus.errors import GradusError, Unavailable


def doctor(as_json: Json = False, url: Url = None) -> Exit:
    """Check this machine and the service.

    Each problem comes with a way to fix it. Nothing is changed.
    """
    found: list[Check] = []
    for check in examine(url):
        found.append(check)
        if not as_json:
            output.show(_lines(check))
    problems = sum(check.state is State.PROBLEM for check in found)
    if as_json:
        output.print_json({"ok": not problems, "checks": [vars(check) for check in found]})
    else:
        output.note(f"{problems} of {len(found)} checks found a problem" if problems else "no problems found")
    return Exit.FAILED if problems else Exit.OK


def examine(url: str | None) -> Iterator[Check]:
    """The results, each as soon as it is known: some checks take a second."""
    folder, no_folder = _data_folder()
    yield machine.python()
    yield machine.parts()
    yield machine.torch()
    yield machine.open_files()
    if no_folder is not None:
        yield no_folder
    if folder is not None:
        yield from machine.folder(folder)
        yield from machine.storage(folder)
    credentials, no_service = _credentials(url)
    if no_service is not None:
        yield no_service
    answered = list(service(credentials, required=bool(url or os.environ.get("GRADUS_URL")))) if credentials else []
    yield from answered
    alive = len(answered) > 1
    yield from check_datasets(credentials, folder, alive=alive)
    yield machine.port(credentials if alive else None)


def check_datasets(credentials: Credentials | None, folder: Path | None, *, alive: bool) -> Iterator[Check]:
    """Check the service's data sets if it answers: its folders may differ from those of this shell's environment."""
    reported = list(datasets.of_service(credentials)) if credentials is not None and alive else []
    if reported or folder is None or (credentials is not None and alive and not credentials.local):
        return iter(reported)
    return datasets.of_machine(folder)


def _data_folder() -> tuple[Path | None, Check | None]:
    """The data folder, or None and a warning. A client of a service on another machine needs no data folder."""
    try:
        return data_dir(), None
    except GradusError as error:
        return None, warning("data folder", error.detail, "a service needs one; a client of another machine does not")


def _credentials(url: str | None) -> tuple[Credentials | None, Check | None]:
    try:
        return find_credentials(url), None
    except Unavailable as error:
        return None, Check("service", State.WARNING, error.detail)  # which says what to do
    except GradusError as error:
        return None, problem("service", error.detail, "correct --url or GRADUS_URL")


def _lines(check: Check) -> Table:
    """Sign, name, result and, below it, the hint; wrapped lines stay in their column."""
    sign, color = SIGNS[check.state]
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=12)
    grid.add_column(overflow="fold")
    grid.add_row(Text(sign, style=color), check.name, check.message)
    if check.hint:
        grid.add_row("", "", Text(check.hint, style="dim"))
    return grid
