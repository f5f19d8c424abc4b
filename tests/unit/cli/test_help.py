"""The help: every command is in it, says what the command itself says, and loads nothing."""

import subprocess
import sys
from importlib import import_module

import pytest

from gradus.cli.contents import SECTIONS, Entry
from gradus.cli.exits import Exit
from gradus.cli.group import Later, names
from gradus.cli.main import cli
from tests.servers.processes import ROOT

ENTRIES = [entry for entries in SECTIONS.values() for entry in entries]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_line_of_help_is_the_first_of_the_commands_own(entry: Entry) -> None:
    assert (Later(entry).real().help or "").split("\n")[0] == entry.help


def test_every_module_of_a_command_is_in_the_help() -> None:
    there = {path.stem for path in (ROOT / "gradus" / "cli" / "commands").glob("*.py")} - {"__init__"}
    assert {entry.module for entry in ENTRIES} == there
    assert all(hasattr(import_module(f"gradus.cli.commands.{name}"), "command") for name in there)


def test_help_shows_every_command_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    cli(["--help"], prog_name="gradus", standalone_mode=False)
    shown = capsys.readouterr().out
    assert {line.split()[0] for line in shown.splitlines() if line.startswith("  ")} >= {
        *names(),
        *map(str, map(int, Exit)),
    }
    assert max(map(len, shown.splitlines())) <= 80


def test_help_needs_neither_the_spec_nor_http() -> None:
    script = "import sys; sys.argv = ['gradus', '--help']; from gradus.cli.main import main\ntry: main()\n"
    script += "finally: print({'pydantic', 'httpx', 'rich', 'yaml'} & sys.modules.keys(), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "set()"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_help_of_a_command_fits_80_columns(entry: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    cli([entry.name, "--help"], prog_name="gradus", standalone_mode=False)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith(f"Usage: gradus {entry.name} ")
    assert max(map(len, shown)) <= 80
