"""What goes where: answers to the standard output, talk about them to the error output."""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from rich.console import RenderableType

from gradus.cli.screen import UNBOUNDED, Screen
from gradus.printable import UNPRINTABLE, printable
from gradus.streams import writes_unicode


def on_terminal() -> bool:
    """Whether a person reads the standard output."""
    return sys.stdout.isatty()


def console() -> Screen:
    """The standard output; without colours where it is no terminal or NO_COLOR is set."""
    return Screen(width=None if on_terminal() else UNBOUNDED)


def errors() -> Screen:
    """The error output."""
    return Screen(stderr=True, soft_wrap=True)


def show(what: RenderableType) -> None:
    """Print a table or a line; without spaces at the ends of lines where no terminal shows it."""
    screen = console()
    if on_terminal():
        screen.print(what, crop=False)
        return
    with screen.capture() as captured:
        screen.print(what, soft_wrap=isinstance(what, str))
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1]))


def say(line: str) -> None:
    """One line of the answer, at once."""
    write(f"{printable(line)}\n")


def write(text: str) -> None:
    """A piece of the answer, as it is, at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def talk(line: str) -> None:
    """Say something that is no part of the answer."""
    sys.stderr.write(f"{printable(line)}\n")


def document(message: BaseModel) -> Any:
    """Its JSON document, with NaN and infinities as strings."""
    return json.loads(message.model_dump_json())


def print_json(value: Any) -> None:
    """Print one document."""
    _write_json(document(value) if isinstance(value, BaseModel) else value, indent=2)


def print_json_line(value: Any) -> None:
    """Print one document of a stream, in one line, at once."""
    _write_json(document(value) if isinstance(value, BaseModel) else value, indent=None)


def print_all(messages: Sequence[BaseModel]) -> None:
    """Print the list of their documents, of one too: who reads it need not know how many were asked for."""
    print_json(list(map(document, messages)))


def _write_json(value: Any, indent: int | None) -> None:
    r"""What the output cannot write, or what would command a terminal, is `\u6f22` as JSON has it."""
    text = json.dumps(value, indent=indent, ensure_ascii=not writes_unicode())
    write(f"{UNPRINTABLE.sub(_as_json_has_it, text)}\n")


def _as_json_has_it(found: re.Match[str]) -> str:
    r"""`\u009b`; the line ends are those between keys, for a text's are written out already."""
    return "\n" if found[0] == "\n" else f"\\u{ord(found[0]):04x}"
