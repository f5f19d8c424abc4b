"""The program's commands by section; a command's module is imported only when the command is called."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from gradus.cli.contents import SECTIONS, Entry
from gradus.cli.exits import Exit
from gradus.cli.help import Command, plain


class Later(TyperCommand):
    """A command that so far is a name and a line of help."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.name, short_help=entry.help, rich_markup_mode=None)
        self._module = f"gradus.cli.commands.{entry.module}"

    def real(self) -> Any:
        """The command itself."""
        found = import_module(self._module).command
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        app = plain()
        app.command(self.name, cls=Command)(found)
        return typer.main.get_command(app)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Where a command begins, for running it and for completing its words."""
        return self.real().make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """All of them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for entry in (entry for entries in SECTIONS.values() for entry in entries):
            self.add_command(Later(entry))

    def invoke(self, ctx: Any) -> Any:
        """What the command returns is the exit code."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
            return Exit.CUT
        return code

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (the table knows)
        """By what they are for."""
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(entry.name, entry.help) for entry in entries])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The exit codes."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), code.meaning) for code in Exit])


def names() -> Sequence[str]:
    """Of every command."""
    return [entry.name for entries in SECTIONS.values() for entry in entries]
