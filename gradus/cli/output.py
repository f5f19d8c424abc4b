"""Where output goes: answers to standard output, everything else to standard error."""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from rich.console import RenderableType

from gradus.cli.console import UNBOUNDED, Screen
from gradus.printable import UNPRINTABLE, printable
from gradus.streams import writes_unicode


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def console() -> Screen:
    """The standard output; without colors if it is not a terminal or NO_COLOR is set."""
    return Screen(width=None if on_terminal() else UNBOUNDED)


def errors() -> Screen:
    """The error output."""
    return Screen(stderr=True, soft_wrap=True)


def show(what: RenderableType) -> None:
    """Print a table or a line; without trailing spaces if it does not go to a terminal."""
    screen = console()
    if on_terminal():
        screen.print(what, crop=False)
        return
    with screen.capture() as captured:
        screen.print(what, soft_wrap=isinstance(what, str))
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1]))


def say(line: str) -> None:
    """Print one line of the answer, unbuffered."""
    write(f"{printable(line)}\n")


def write(text: str) -> None:
    """Print a piece of the answer as it is, unbuffered."""
    sys.stdout.write(text)
    sys.stdout.flush()


def note(line: str) -> None:
    """Print a line that is not part of the answer."""
    sys.stderr.write(f"{printable(line)}\n")


def notes(text: str) -> None:
    """Print lines that are not part of the answer."""
    for line in text.split("\n"):
        note(line)


def document(message: BaseModel) -> Any:
    """The message as a JSON document, with NaN and infinities as strings."""
    return json.loads(message.model_dump_json())


def print_json(value: Any) -> None:
    """Print one document."""
    _write_json(document(value) if isinstance(value, BaseModel) else value, indent=2)


def print_json_line(value: Any) -> None:
    """Print one document of a stream, in one line, unbuffered."""
    _write_json(document(value) if isinstance(value, BaseModel) else value, indent=None)


def print_all(messages: Sequence[BaseModel]) -> None:
    """Print a list of the documents, even if there is only one, so that readers need not know how many to expect."""
    print_json(list(map(document, messages)))


def _write_json(value: Any, indent: int | None) -> None:
    r"""Write JSON. Characters that the encoding lacks, or that would control a terminal, are escaped: `\u6f22`."""
    text = json.dumps(value, indent=indent, ensure_ascii=not writes_unicode())
    write(f"{UNPRINTABLE.sub(_json_escape, text)}\n")


def _json_escape(found: re.Match[str]) -> str:
    r"""The escape of a character: `\u009b`. Line ends between keys stay; those inside strings are already escaped."""
    return "\n" if found[0] == "\n" else f"\\u{ord(found[0]):04x}"
