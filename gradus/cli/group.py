"""The program's commands. The module of a command is imported only when the command is called."""

import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from gradus.cli import registry
from gradus.cli.exit_codes import Exit
from gradus.cli.help import SETTINGS, CommandHelp


class LazyCommand(TyperCommand):
    """A command that consists of a name and a line of help until it is called."""

    def __init__(self, command: registry.Command) -> None:
        super().__init__(command.name, short_help=command.help, rich_markup_mode=None)
        self._target = command.target

    def load(self) -> Any:
        """The command itself."""
        module, _, function = self._target.partition(":")
        app = typer.Typer(
            add_completion=False,
            pretty_exceptions_enable=False,
            rich_markup_mode=None,
            context_settings=dict(SETTINGS),
        )
        app.command(self.name, cls=CommandHelp)(getattr(import_module(f"gradus.cli.commands.{module}"), function))
        return typer.main.get_command(app)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Load the command: this is called both to run it and to complete its arguments."""
        return self.load().make_context(info_name, args, parent, **extra)


class CommandGroup(TyperGroup):
    """Commands by name; a wrong name gets a suggestion."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that is called."""
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            close = [word for word in registry.SYNONYMS.get(name, ()) if word in self.commands]
            close = close or get_close_matches(name, self.commands)
            hint = f": did you mean {' or '.join(map(repr, close))}?" if close else ""
            ctx.fail(f"'{ctx.command_path} {name}' is not a command{hint}")
        return super().resolve_command(ctx, args)


class Program(CommandGroup):
    """All commands, by section."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for entry in entries():
            self.add_command(_command(entry))

    def invoke(self, ctx: Any) -> Any:
        """Run the command; its return value is the exit code."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
            return Exit.BROKEN_PIPE
        return code

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (the registry knows)
        """Write each section with its commands."""
        for title, found in registry.SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(entry.name, entry.help) for entry in found])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the exit codes."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), code.meaning) for code in Exit])


def entries() -> Iterator[registry.Command | registry.Group]:
    """Every command and group, in the order of the help."""
    for found in registry.SECTIONS.values():
        yield from found


def _command(entry: registry.Command | registry.Group) -> Any:
    if isinstance(entry, registry.Command):
        return LazyCommand(entry)
    group = CommandGroup(
        name=entry.name,
        help=entry.help,
        no_args_is_help=False,
        rich_markup_mode=None,
        context_settings=dict(SETTINGS),
    )
    for command in entry.commands:
        group.add_command(LazyCommand(command))
    return group
