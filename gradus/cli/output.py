"""What goes where: answers to the standard output, talk about them to the error output."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from rich.console import Console, RenderableType

WIDE = 200
"""Columns where no terminal says how many there are: enough that nothing is cut."""


def on_terminal() -> bool:
    """Whether a person reads the standard output."""
    return sys.stdout.isatty()


def console() -> Console:
    """The standard output; without colours where it is no terminal or NO_COLOR is set."""
    return Console(width=None if on_terminal() else WIDE, highlight=False)


def show(what: RenderableType) -> None:
    """Print a table or a line; without spaces at the ends of lines where no terminal shows it."""
    screen = console()
    if on_terminal():
        screen.print(what, markup=False)
        return
    with screen.capture() as captured:
        screen.print(what, markup=False, soft_wrap=isinstance(what, str))
    print("\n".join(line.rstrip() for line in captured.get().splitlines()))


def talk(line: str) -> None:
    """Say something that is no part of the answer."""
    sys.stderr.write(f"{line}\n")


def document(message: BaseModel) -> Any:
    """Its JSON document, with NaN and infinities as strings."""
    return json.loads(message.model_dump_json())


def print_json(value: Any) -> None:
    """Print one document."""
    print(json.dumps(document(value) if isinstance(value, BaseModel) else value, indent=2, ensure_ascii=False))


def print_all(messages: Sequence[BaseModel]) -> None:
    """Print the list of their documents, of one too: who reads it need not know how many were asked for."""
    print_json(list(map(document, messages)))
