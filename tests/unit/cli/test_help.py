"""The help lists every command with the first sentence of the command's own help, and imports nothing heavy."""

import subprocess
import sys

import pytest
from typer import Context

from gradus.cli.exit_codes import Exit
from gradus.cli.group import LazyCommand, entries
from gradus.cli.main import cli
from gradus.cli.registry import EXPERIMENTS, Command, Group
from tests.servers.processes import ROOT

GROUPS = [entry for entry in entries() if isinstance(entry, Group)]
COMMANDS = {entry.name: entry for entry in entries() if isinstance(entry, Command)}
COMMANDS |= {f"{group.name} {command.name}": command for group in GROUPS for command in group.commands}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_help_is_the_first_of_the_commands_own(name: str) -> None:
    assert (LazyCommand(COMMANDS[name]).load().help or "").split("\n")[0] == COMMANDS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_an_option_names_its_value(name: str) -> None:
    command = LazyCommand(COMMANDS[name]).load()
    options = [one for one in command.params if one.param_type_name == "option"]
    written = [(option.get_help_record(Context(command)) or ("", ""))[0] for option in options]
    assert [one for one in written if " <" in one and "|" not in one] == []  # a type that the help leaves out


def test_every_module_of_a_command_is_in_the_help() -> None:
    modules = {command.target.partition(":")[0] for command in COMMANDS.values()}
    files = {path.stem for path in (ROOT / "gradus" / "cli" / "commands").glob("*.py")}
    assert files - modules == {"__init__", "lecture_view", "sweep_request", "sweep_results", "watch_view"}


def test_a_command_is_the_same_at_the_top_and_in_its_group() -> None:
    everyday = {name: command for name, command in COMMANDS.items() if command in EXPERIMENTS.commands}
    assert {"ls", "show", "rm", "edit", "cancel", "submit", "watch"} <= everyday.keys()
    assert all(everyday[command.name] is command for command in EXPERIMENTS.commands)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_a_group_is_plural_and_begins_as_the_others_do(group: Group) -> None:
    assert group.name.endswith("s")
    assert {"ls"} <= {command.name for command in group.commands}


def test_help_shows_every_command_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    cli(["--help"], prog_name="gradus", standalone_mode=False)
    shown = capsys.readouterr().out
    assert {line.split()[0] for line in shown.splitlines() if line.startswith("  ")} >= {
        *(entry.name for entry in entries()),
        *map(str, map(int, Exit)),
    }
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [(["--help"], {"pydantic", "httpx", "rich", "yaml"}), (["sweeps", "-h"], {"gradus.spec", "httpx", "rich", "yaml"})],
)
def test_help_needs_neither_the_spec_nor_http(arguments: list[str], heavy: set[str]) -> None:
    script = f"import sys; sys.argv = {['gradus', *arguments]}; from gradus.cli.main import main\ntry: main()\n"
    script += f"finally: print({heavy} & sys.modules.keys(), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "set()"


@pytest.mark.parametrize("name", [*COMMANDS, *(group.name for group in GROUPS)])
def test_the_help_of_a_command_fits_80_columns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli([*name.split(), "--help"], prog_name="gradus", standalone_mode=False)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith(f"Usage: gradus {name} ")
    assert max(map(len, shown)) <= 80
    assert all(line.count(" gradus ") <= 1 for line in shown[1:]), "each example stands on a line of its own"
