"""`gradus`: parses, runs one command, and turns an error into a sentence, a hint and an exit code."""

import signal
import sys
from importlib import import_module
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradus import __version__
from gradus.cli.exits import Exit
from gradus.cli.group import Commands
from gradus.cli.help import SETTINGS
from gradus.printable import printable
from gradus.streams import tolerate_any_text

if TYPE_CHECKING:
    from gradus.errors import GradusError

cli = typer.Typer(
    cls=Commands,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=dict(SETTINGS),
)


@cli.callback()
def gradus(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    """Gradus trains neural networks as a service: one spec in, metrics of every epoch out.

    Begin with `gradus up` in one terminal and `gradus submit --example digits --watch` in another.
    An ID may be shortened to its last characters, and `last` is the newest experiment.
    """
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{__version__ if version else context.get_help()}\n")


def main() -> None:
    """Run the command line."""
    tolerate_any_text()
    _take_interrupts()
    try:
        code = cli(prog_name="gradus", standalone_mode=False)
    except typer.TyperException as error:
        code = _refused(error)
    except typer.Abort:
        code = Exit.INTERRUPTED
    except _known() as error:
        code = _told(error)
    sys.exit(code)


def _take_interrupts() -> None:
    """Let Ctrl-C and `kill -INT` end what they are said to end.

    A script's shell starts background jobs with that signal ignored; nohup ignores SIGHUP, which stays so.
    """
    if current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _refused(error: Any) -> Exit:
    """A command that cannot be understood."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    hint = f"\nhint: {context.command_path} --help" if context is not None else ""
    sys.stderr.write(f"error: {printable(message[:1].lower() + message[1:])}{hint}\n")
    return Exit.REFUSED


def _known() -> "type[GradusError]":
    """Looked up only once something is raised: the errors bring all of the spec along."""
    return import_module("gradus.errors").GradusError  # type: ignore[no-any-return]


def _told(error: "GradusError") -> Exit:
    trouble = import_module("gradus.cli.trouble")
    sys.stderr.write(f"{trouble.sentence(error)}\n")
    code: Exit = trouble.code_of(error)
    return code
