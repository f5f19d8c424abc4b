"""`gradus`: parses the command line, runs one command, and prints an error as a sentence, a hint and an exit code."""

import signal
import sys
from importlib import import_module
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradus import __version__
from gradus.cli.exit_codes import Exit
from gradus.cli.group import Program
from gradus.cli.help import SETTINGS
from gradus.printable import printable
from gradus.streams import tolerate_any_text

if TYPE_CHECKING:
    from gradus.errors import GradusError

cli = typer.Typer(
    cls=Program,
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
    An ID may be shortened to its last characters; `last` is the newest experiment.
    """
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{__version__ if version else context.get_help()}\n")


def main() -> None:
    """Run the command line."""
    tolerate_any_text()
    _accept_interrupts()
    try:
        code = cli(prog_name="gradus", standalone_mode=False)
    except typer.TyperException as error:
        code = _usage_error(error)
    except typer.Abort:
        code = Exit.INTERRUPTED
    except _error_type() as error:
        code = _error(error)
    sys.exit(code)


def _accept_interrupts() -> None:
    """Make Ctrl-C and `kill -INT` work even where the parent process ignores SIGINT.

    A shell script starts background jobs with SIGINT ignored, and children inherit that. SIGHUP, which nohup ignores,
    stays ignored.
    """
    if current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _usage_error(error: Any) -> Exit:
    """Print an error about the command line itself."""
    message = _plain(error.format_message())
    context = getattr(error, "ctx", None)
    hint = f"\nhint: {context.command_path} --help" if context is not None else ""
    sys.stderr.write(f"error: {printable(message[:1].lower() + message[1:])}{hint}\n")
    return Exit.REFUSED


def _plain(message: str) -> str:
    """The message without the validator's own words, which typer quotes."""
    return message.replace("Value error, ", "").replace("Input should be ", "must be ")


def _error_type() -> "type[GradusError]":
    """The base class of errors, imported only when an error is raised: its module imports the whole spec."""
    return import_module("gradus.errors").GradusError  # type: ignore[no-any-return]


def _error(error: "GradusError") -> Exit:
    errors = import_module("gradus.cli.errors")
    sys.stderr.write(f"{errors.message(error)}\n")
    code: Exit = errors.code_of(error)
    return code
