"""Output to a terminal: control sequences in texts are not passed on, and ids and numbers are never cut."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradus.cli import labels, output
from gradus.cli.commands import lecture_view, show, sweep_results
from gradus.cli.commands.compare import comparison
from gradus.cli.commands.ls import listing
from gradus.cli.commands.watch_view import LiveView
from gradus.cli.console import Screen
from gradus.cli.documents import write_yaml
from gradus.cli.errors import message
from gradus.cli.run_state import RunState
from gradus.client.notebook import experiment_card
from gradus.client.plots import draw_experiment
from gradus.errors import Conflict
from gradus.printable import UNPRINTABLE, printable
from gradus.wire.experiment import ExperimentRecord
from tests.servers.processes import ROOT
from tests.unit.cli.test_tables import swept
from tests.unit.client.said import document, metrics_row

HOSTILE = "\x1b[31mred\x1b]0;title\x07 a\nb\tc\r\x7f\x9b2J\u2028\u202eevil\u2066"
WRITTEN = r"\x1b[31mred\x1b]0;title\x07 a\nb\tc\r\x7f\x9b2J\u2028\u202eevil\u2066"
NUMBER = "1234567.5"


def record(**changes: Any) -> ExperimentRecord:
    return ExperimentRecord.model_validate(document(**{"id": f"exp_{'0' * 25}1", **changes}))


def failed(name: str) -> ExperimentRecord:
    error = {"code": "diverged", "message": name, "epoch": 1, "layer": name}
    texts = {"name": name, "notes": name.replace("\n", "").replace("\t", ""), "tags": [name], "device": name}
    return record(status="failed", error=error, latest=metrics_row(1), best=metrics_row(1), **texts)


def test_the_command_line_writes_out_what_the_dashboard_does() -> None:
    cases = json.loads((Path(__file__).parents[2] / "unprintable.json").read_text(encoding="utf-8"))
    assert [printable(case["text"]) for case in cases] == [case["shown"] for case in cases]
    written_out = {case["text"][1] for case in cases if len(case["text"]) == 3 and case["shown"] != case["text"]}
    assert {chr(code) for code in range(0x11_0000) if UNPRINTABLE.match(chr(code))} == written_out


def test_a_text_is_written_out_in_one_line() -> None:
    assert printable(HOSTILE) == WRITTEN
    assert printable("Grüße 漢字 😀 \\x1b שלום") == "Grüße 漢字 😀 \\x1b שלום"


def shown(what: RenderableType, width: int = 80) -> str:
    screen = Screen(width=width, file=io.StringIO(), force_terminal=False)
    with screen.capture() as captured:
        screen.print(what, crop=False)
    return captured.get()


VIEWS: dict[str, Callable[[ExperimentRecord], RenderableType]] = {
    "ls": lambda one: listing([one]),
    "show": lambda one: show.page(one, (one.latest and [one.latest]) or ()),
    "compare": lambda one: Group(*comparison([one, one], None)),
    "compare in a terminal": lambda one: Group(*comparison([one, one], 80)),
    "watch": lambda one: LiveView((RunState(one.id, one), RunState("exp_2", one))),
    "sweep": lambda one: sweep_results.page(swept([]).model_copy(update={"name": one.name})),
    "lecture": lambda one: lecture_view.comparison([RunState(one.id, one)]),
    "a line": lambda one: one.name,
    "a coloured line": lambda one: Text.assemble((one.name, "bold"), " tail"),
    "a table in a table": lambda one: _nested(one.name),
}


def _nested(name: str) -> Table:
    inner, outer = Table(name), Table()
    inner.add_row(Text(name))
    outer.add_row(inner)
    return outer


@pytest.mark.parametrize("view", VIEWS)
def test_no_control_character_of_another_reaches_the_terminal(view: str) -> None:
    text = shown(VIEWS[view](failed(HOSTILE)), 2000)
    assert not UNPRINTABLE.search(text.replace("\n", ""))
    assert r"\x1b[31m" in text


def test_a_line_end_in_a_name_makes_no_row() -> None:
    assert len(shown(listing([record(name="a\nb\u2028c")])).splitlines()) == 2


def test_what_is_said_aside_is_written_out_too(capsys: pytest.CaptureFixture[str]) -> None:
    output.note(HOSTILE)
    output.say(HOSTILE)
    assert capsys.readouterr() == (f"{WRITTEN}\n", f"{WRITTEN}\n")
    assert message(Conflict(HOSTILE)) == f"error: {WRITTEN}"


def test_a_notebook_and_a_figure_show_it_written_out() -> None:
    one = failed(HOSTILE)
    assert WRITTEN in experiment_card(one)
    assert draw_experiment(one, (), log=False).layout.title.text == WRITTEN


@pytest.mark.parametrize("say", [output.print_json, output.print_json_line])
def test_json_reads_the_same_and_commands_nothing(
    say: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    say({"name": HOSTILE, "notes": "Grüße"})
    text = capsys.readouterr().out
    assert not UNPRINTABLE.search(text.replace("\n", ""))
    assert json.loads(text) == {"name": HOSTILE, "notes": "Grüße"}
    assert "Grüße" in text


def test_a_spec_in_yaml_reads_the_same_and_commands_nothing() -> None:
    text = write_yaml({"name": HOSTILE, "notes": "Grüße"})
    assert not UNPRINTABLE.search(text.replace("\n", ""))
    assert yaml.safe_load(text) == {"name": HOSTILE, "notes": "Grüße"}


NAMES = {
    "200 letters": "x" * 200,
    "words": "how does the learning rate change the result on wine? " * 3,
    "emoji": "😀" * 100,
    "wide": "漢字" * 50,
    "joined": "👩‍👩‍👧‍👦" * 30,
    "brackets": "[bold]not markup[/bold]",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [80, 60, 40])
def test_a_long_name_cuts_neither_ids_nor_numbers_in_a_terminal(
    name: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "on_terminal", lambda: True)
    row = metrics_row(1, test_accuracy=0.123456, validation_accuracy=0.98765)
    one = record(
        name=NAMES[name], latest=row, best=row, progress={"epoch": 12345, "epochs": 99999, "eta_seconds": None}
    )
    text = shown(listing([one]), width)
    for whole_one in ("000001", "12345/99999", "0.1235", "0.9877", "queued", "digits"):
        assert whole_one in text
    if width < 60:
        return
    board = shown(LiveView((RunState(one.id, one, (one.latest,) if one.latest else ()), RunState("exp_2", one))), width)
    assert "2.0000  0.9877  0.1235" in board
    assert board.count("…") >= 2 or name == "brackets"


@pytest.mark.parametrize("name", NAMES)
def test_without_a_terminal_nothing_is_cut(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    row = metrics_row(1)
    one = record(name=NAMES[name], latest=row, best=row)
    output.show(listing([one]))
    for table in comparison([one, one], None):
        output.show(table)
    output.show(show.page(one, [one.latest] if one.latest else []))
    text = capsys.readouterr().out
    assert "…" not in text
    assert text.count(one.id) == 4
    assert NAMES[name].strip() in text


SCRIPT = """
import sys
from gradus.cli import output
from gradus.cli.console import one_line
from gradus.streams import tolerate_any_text
from rich.table import Table
tolerate_any_text()
table = Table(box=None)
table.add_row(one_line("Grüße 漢字 😀"), "✓")
output.show(table)
output.say("Grüße 漢字 😀")
output.note("Grüße 漢字 😀")
output.print_json({"name": "Grüße 漢字 😀"})
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8", "utf-16"])
def test_an_encoding_that_lacks_letters_ends_nothing(encoding: str) -> None:
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode(encoding)
    assert json.loads(text[text.index("{") :]) == {"name": "Grüße 漢字 😀"}
    assert (r"\U0001f600" in text) is not encoding.startswith("utf")
    assert ("ü" in text) is (encoding != "ascii")


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York", "UTC"])
def test_a_moment_has_its_offset(zone: str) -> None:
    at = "datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC)"
    code = f"import datetime; from gradus.cli.labels import moment; print(moment({at}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {
        "Asia/Kolkata": "2026-11-23 05:00:00+05:30",
        "America/New_York": "2026-11-22 18:30:00-05:00",
        "UTC": "2026-11-22 23:30:00+00:00",
    }
    assert done.stdout.strip() == expected[zone]


def test_an_age_is_by_the_clock_that_gave_the_moment() -> None:
    one = record()
    assert labels.age(one.created_at, one.created_at.replace(minute=3)) == "3 min"
