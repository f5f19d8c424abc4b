"""The command line against a real service: in a real terminal as people see it, and in pipes as scripts do."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradus.cli.exit_codes import Exit
from gradus.client import Client
from gradus.status import Status
from tests.servers import patient
from tests.servers.commands import forked_commands
from tests.servers.processes import ROOT, Program, saved_client, wait_until
from tests.servers.terminal import COLUMNS, Terminal
from tests.servers.typed import typed

EXAMPLE = ("submit", "--example", "digits")
DIGITS = (*EXAMPLE, "--set", "epochs=2")
LONG = ("--set", "epochs=2000", "--set", "batch_size=1")
TWO_SPECS = """\
name: one technique
dataset: digits
layers: [32]
optimizer: {kind: adam, lr: 1e-3}
epochs: 3
---
name: another technique, whose name is too long for a table
dataset: digits
layers: [32]
optimizer: sgd
epochs: 3
"""


@dataclass(frozen=True)
class Service:
    """A running `gradus up`, and ways to run commands that use it."""

    client: Client
    env: dict[str, str]
    forked: Path
    """The path of a `gradus` that is forked from a process that has already imported everything."""

    def run(self, *arguments: str, text: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
        """Run a command without a terminal. It runs in this process, because starting Python would take most of its
        time."""
        return typed(*arguments, env={**self.env, **env}, text=text)

    def answer(self, *arguments: str, text: str = "") -> str:
        """The output of a command, which must succeed."""
        done = self.run(*arguments, text=text)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def document(self, *arguments: str, text: str = "") -> Any:
        """The JSON document that the command prints."""
        return json.loads(self.answer(*arguments, "--json", text=text))

    def only(self, *arguments: str, text: str = "") -> Any:
        """The only element of the JSON list that the command prints."""
        (found,) = self.document(*arguments, text=text)
        return found

    def terminal(self, *arguments: str, **env: str) -> Terminal:
        """Run a command in a terminal."""
        return Terminal(arguments, {**self.env, **env}, [self.forked])

    def new_terminal(self, *arguments: str) -> Terminal:
        """Run a command in a terminal with a new Python process, which Ctrl-C reaches."""
        return Terminal(arguments, self.env)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("cli")
    env = {"GRADUS_DATA_DIR": str(folder / "data")}
    own = {**env, "GRADUS_SLOTS": "1"}  # one trainer to start, not one for each core
    with (
        Program(folder / "up.log", "hub.embedded", "--port", 0, "--workers", 1, env=own) as program,
        forked_commands() as programs,
    ):
        program.wait_for("data ")
        with saved_client(folder / "data") as client:
            yield Service(client, env, programs / "gradus")


@pytest.fixture(scope="module")
def trained(service: Service) -> str:
    """The id of a run that has succeeded."""
    return service.answer(*DIGITS, "--wait")


def fits(lines: Sequence[str]) -> bool:
    return max(map(len, lines)) <= COLUMNS


def test_two_runs_grow_side_by_side_in_a_terminal(service: Service, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO_SPECS)
    with service.new_terminal("submit", str(tmp_path / "two.yaml"), "--watch") as terminal:
        terminal.wait_for("3/3")
        assert terminal.exit_code() == Exit.OK
    assert "━" in terminal.raw
    assert "\x1b[" in terminal.raw  # it is redrawn in place
    assert fits(terminal.lines)
    last = "\n".join(terminal.lines[-5:])
    assert "one technique" in last
    assert "another technique" in last
    assert "3/3" in last
    assert "succeeded" in last


def test_one_run_shows_its_epochs_in_a_table(service: Service, trained: str) -> None:
    with service.terminal("watch", trained) as terminal:
        assert terminal.exit_code() == Exit.OK
    heading = next(line for line in terminal.lines if "train loss" in line)
    assert heading.split()[0] == "epoch"
    assert [line.split()[0] for line in terminal.lines if line.strip() and len(line.split()) == 8][-2:] == ["1", "2"]
    assert fits(terminal.lines)


@pytest.mark.parametrize("command", [("watch",), ("logs", "-f"), ("sweeps", "watch")], ids=" ".join)
def test_ctrl_c_leaves_what_was_watched_alive_and_says_how_to_come_back(
    service: Service, command: tuple[str, ...]
) -> None:
    create = ("sweeps", "create", "--example", "digits", "--variant", "dropout=0.1") if "sweeps" in command else EXAMPLE
    one = service.answer(*create, *LONG)
    with service.new_terminal(*command, one) as terminal:
        terminal.wait_for("/2000" if one.startswith("exp_") else "0/2")
        terminal.press("\x03")
        assert terminal.exit_code() == Exit.INTERRUPTED
    assert "Traceback" not in terminal.raw
    assert f"To watch again: gradus {'sweeps ' * ('sweeps' in command)}watch {one}" in "".join(terminal.lines)
    if one.startswith("swp_"):
        assert service.document("sweeps", "show", one)["status"] in {"queued", "running"}
        assert service.only("sweeps", "cancel", one)["id"] == one
    else:
        assert service.client.experiments.get(one).status in {Status.QUEUED, Status.RUNNING}
        assert service.only("cancel", one)["id"] == one


def test_colours_are_for_terminals_that_want_them(service: Service, trained: str) -> None:
    assert "\x1b" not in service.answer("show", trained)
    with service.terminal("ls", NO_COLOR="1") as plain, service.terminal("ls") as coloured:
        assert plain.exit_code() == coloured.exit_code() == Exit.OK
    assert "\x1b[3" not in plain.raw
    assert "\x1b[3" in coloured.raw


TABLES: tuple[tuple[str, ...], ...] = (
    ("ls",),
    ("show", "last"),
    ("datasets", "ls"),
    ("catalog", "optimizers"),
    ("system",),
    ("keys", "ls"),
    ("sweeps", "create", "--example", "digits", "--grid", "optimizer.lr=0.1,0.01", "--seeds", "2", "--dry-run"),
)
ANSWERS: tuple[tuple[str, ...], ...] = (
    *TABLES,
    ("datasets", "show", "digits"),
    ("catalog",),
    ("sweeps", "ls"),
    ("submit", "--example", "digits", "--dry-run"),
    ("open",),
    ("keys", "link"),
)


@pytest.mark.parametrize("command", [*TABLES, ("logs", "last"), ("doctor",)], ids=" ".join)
def test_a_table_fits_80_columns(service: Service, trained: str, command: tuple[str, ...]) -> None:
    with service.terminal(*command) as terminal:
        assert terminal.exit_code() == Exit.OK
    assert fits(terminal.lines)
    assert "Traceback" not in terminal.raw


@pytest.mark.parametrize("command", ANSWERS, ids=" ".join)
def test_json_is_one_document_and_nothing_else(service: Service, trained: str, command: tuple[str, ...]) -> None:
    assert service.document(*command) is not None


@pytest.mark.parametrize("command", [("watch", "last"), ("logs", "last"), ("logs", "-f", "last")], ids=" ".join)
def test_a_stream_is_one_document_a_line(service: Service, command: tuple[str, ...]) -> None:
    service.answer(*DIGITS, "--wait")
    lines = list(map(json.loads, service.answer(*command, "--json").splitlines()))
    assert [line["kind"] for line in lines if line["kind"] not in {"log", "layers", "finding"}] == [
        *("status", "status", "epoch", "epoch", "status", "end")
    ]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))


def test_a_spec_comes_from_json_yaml_the_standard_input_or_flags_alone(service: Service, tmp_path: Path) -> None:
    spec = {"dataset": "digits", "layers": [16], "optimizer": {"kind": "adam", "lr": 0.002}, "epochs": 1}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    (tmp_path / "spec.yaml").write_text("dataset: digits\nlayers: [16]\noptimizer: {kind: adam, lr: 2e-3}\nepochs: 1\n")
    flags = [f"--set={one}" for one in ("dataset=digits", "layers=[16]", "optimizer.lr=0.002", "epochs=1")]
    found = [
        service.only("submit", "--dry-run", str(tmp_path / "spec.json")),
        service.only("submit", "--dry-run", str(tmp_path / "spec.yaml")),
        service.only("submit", "--dry-run", "-", text=json.dumps(spec)),
        service.only("submit", "--dry-run", *flags),
    ]
    assert len({one["fingerprint"] for one in found}) == 1


def test_several_specs_are_submitted_all_or_none(service: Service, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("dataset: digits\nlayers: [8]\nname: good\n")
    (tmp_path / "bad.yaml").write_text("dataset: digits\nlayers: [-8]\n")
    done = service.run("submit", str(tmp_path / "good.yaml"), str(tmp_path / "bad.yaml"))
    assert done.returncode == Exit.REFUSED
    assert "bad.yaml:\nerror: layers/0/units: must be at least 1" in done.stderr
    assert service.document("ls", "good") == []


def test_a_spec_that_is_shown_can_be_submitted_again(service: Service, trained: str, tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(service.answer("show", trained, "--spec"))
    again = service.only("submit", str(tmp_path / "again.yaml"), "--dry-run")
    assert again["fingerprint"] == service.document("show", trained)["fingerprint"]


def test_csv_has_a_line_for_each_epoch(service: Service, trained: str) -> None:
    head, *rows = service.answer("show", trained, "--csv").splitlines()
    assert head.startswith("epoch,step,train_loss")
    assert [row.split(",")[0] for row in rows] == ["1", "2"]


def test_a_person_pauses_resumes_forks_extends_and_deletes(service: Service) -> None:
    one = service.answer(*EXAMPLE, *LONG)
    short = one[-8:]
    wait_until(lambda: service.document("show", short)["progress"]["epoch"] > 0, "the first epoch")
    assert service.only("pause", short)["status"] == "paused"
    assert service.only("resume", short)["status"] in {"queued", "running"}
    assert service.only("cancel", short)["status"] == "cancelled"
    child = service.document("fork", short, "--set", "layers.0.units=16", "--set", "epochs=1")
    assert child["forked_from"] == one
    assert child["spec"]["layers"][0]["units"] == 16
    assert service.run("watch", child["id"]).returncode == Exit.OK
    assert service.only("extend", child["id"], "--epochs", "1")["progress"]["epochs"] == 2
    assert service.run("watch", child["id"]).returncode == Exit.OK
    assert service.document("rm", child["id"], one)["deleted"] == [child["id"], one]
    assert service.run("show", one).returncode == Exit.REFUSED


def test_ids_alone_are_what_other_commands_take(service: Service) -> None:
    made = [service.answer(*DIGITS, "--tag", "pile", "--tag", "quiet", "-q", "--wait") for _ in range(2)]
    assert service.document("show", made[0])["tags"] == ["pile", "quiet"]
    forked = service.run("fork", made[0], "--set", "epochs=1", "-q")
    assert (forked.stdout.count("\n"), forked.stderr) == (1, "")
    listed = service.run("ls", "-q", "--tag", "pile", "--status", "succeeded", "--status", "failed")
    assert listed.stdout.split()[-2:] == made[::-1]
    assert service.only("edit", made[1], "--name", "kept", "--untag", "pile", "--tag", "new")["tags"] == [
        "quiet",
        "new",
    ]
    assert service.document("show", made[1])["name"] == "kept"
    assert service.answer("rm", "-q", made[0]) == made[0]
    assert service.answer("experiments", "ls", "-q", "--tag", "new") == made[1]


def test_a_list_that_is_cut_says_so_and_all_of_it_can_be_had(service: Service) -> None:
    made = [service.answer(*DIGITS, "--set", 'tags=["cut"]') for _ in range(3)][::-1]
    some = service.run("ls", "--tag", "cut", "--limit", "2", "--json")
    assert [one["id"] for one in json.loads(some.stdout)] == made[:2]
    assert "--all" in some.stderr
    whole = service.run("ls", "--tag", "cut", "--limit", "2", "--all", "--json")
    assert [one["id"] for one in json.loads(whole.stdout)] == made
    assert whole.stderr == ""


def test_deleting_asks_first_in_a_terminal(service: Service) -> None:
    one = service.answer(*DIGITS, "--wait")
    with service.terminal("rm", one) as terminal:
        terminal.wait_for("Delete?")
        terminal.press("n\n")
        assert terminal.exit_code() == Exit.OK
    assert "nothing deleted" in terminal.lines
    assert service.document("show", one)["id"] == one


def test_runs_are_compared_by_what_differs(service: Service, trained: str) -> None:
    other = service.answer(*DIGITS, "--set", "optimizer=sgd", "--wait")
    found = service.document("compare", trained, other)
    assert found["differences"] == {"optimizer": ["adam", "sgd"], "optimizer.lr": [0.003, 0.01]}
    shown = service.answer("compare", trained, other)
    assert "test accuracy" in shown
    assert "batch_size" not in shown


def test_a_sweep_shows_means_with_intervals_and_differences_to_the_base(service: Service) -> None:
    create = ("sweeps", "create", "--example", "digits", "--set", "epochs=2", "--seeds", "2")
    variants = ("--variant", "batch_norm=true", "--variant", "hopeless: optimizer=sgd optimizer.lr=1e6")
    with service.terminal(*create, *variants, "--name", "techniques", "--watch") as terminal:
        assert terminal.exit_code() == Exit.FAILED
    assert fits(terminal.lines)
    rows = {line.split("  ")[0]: line for line in terminal.lines[-7:]}
    assert " ± " in rows["+ batch_norm=true"]
    assert "[" in rows["+ batch_norm=true"]
    assert "the base" in rows["base"]
    assert "0/2" in rows["hopeless"]
    found = service.document("sweeps", "show", "last")
    assert {result["label"] for result in found["results"]} == set(rows) & {"base", "+ batch_norm=true", "hopeless"}
    members = service.answer("ls", "--sweep", found["id"], "-q").split()
    assert len(members) == 6
    listed = service.answer("sweeps", "ls", "-q").split()
    assert service.answer("sweeps", "rm", "last", "-q") == listed[0] == found["id"]
    assert service.answer("sweeps", "ls", "-q").split() == listed[1:]
    assert service.run("show", members[0]).returncode == Exit.REFUSED


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((*DIGITS, "--set", "optimizer=sgd", "--set", "optimizer.lr=1e6", "--wait"), Exit.FAILED, "diverged"),
        (
            ("sweeps", "create", "--example", "digits", "--set", "epochs=1", "--grid", "l2=0,0.1", "--wait"),
            Exit.OK,
            "2 succeeded; to see: gradus sweeps show swp_",
        ),
        ((*DIGITS, "--set", "optimzer.lr=0.1"), Exit.REFUSED, "did you mean 'optimizer'?"),
        ((*DIGITS, "--set", "optimizer.lrr=0.1"), Exit.REFUSED, "did you mean 'lr'?"),
        (("submit", "--set", "dataset=minst", "--set", "layers=[3]"), Exit.REFUSED, "did you mean 'mnist'?"),
        (("show", "zzzzzzzz"), Exit.REFUSED, "gradus ls"),
        (("show", "no-id"), Exit.REFUSED, "is not an id"),
        (("compare", "last"), Exit.REFUSED, "at least two experiments"),
        (("sweeps", "show", "exp_01"), Exit.REFUSED, "not of a sweep"),
        (("catalog", "optimisers"), Exit.REFUSED, "did you mean 'optimizers'?"),
        (("datasets", "show", "digts"), Exit.REFUSED, "did you mean 'digits'?"),
        (("ls", "--url", "http://127.0.0.1:1"), Exit.UNREACHABLE, "gradus up"),
    ],
)
def test_an_exit_code_and_a_sentence_say_what_went_wrong(
    service: Service, trained: str, arguments: tuple[str, ...], code: Exit, said: str
) -> None:
    done = service.run(*arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_fault(service: Service, trained: str) -> None:
    gradus = f"{sys.executable} -m gradus.cli"
    script = f"{gradus} logs {trained} | true; echo ${{PIPESTATUS[0]}}"
    env = {"PATH": os.environ["PATH"], **service.env}
    done = subprocess.run(["bash", "-c", script], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(int(Exit.BROKEN_PIPE))
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("gradus wat", "watch"),
        ("gradus show exp_", "exp_"),
        ("gradus datasets show dig", "digits"),
        ("gradus submit --set optimizer.l", "optimizer.lr="),
        ("gradus catalog opt", "optimizers"),
    ],
)
def test_tab_offers_commands_ids_and_names(service: Service, trained: str, words: str, offered: str) -> None:
    asked = {"_GRADUS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    done = service.run(**asked)
    assert any(line.startswith(offered) for line in done.stdout.splitlines()), done


def test_open_prints_an_address_that_signs_a_browser_in(service: Service, trained: str) -> None:
    address = service.answer("open", trained)
    assert address.startswith(f"{service.client.credentials.url}/sign-in?next=/experiments/{trained}#gt_")
    with patient.Client(base_url=service.client.credentials.url) as browser:
        assert browser.post("/v1/session", json={"ticket": address.partition("#")[2]}).status_code == 201


def test_open_keeps_the_link_off_the_browsers_command_line(service: Service, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$*" > {tmp_path}/arguments\n')
    browser.chmod(0o700)
    with service.terminal("open", BROWSER=f"{browser} %s", TMPDIR=str(tmp_path)) as terminal:
        assert terminal.exit_code() == Exit.OK
    (address,) = (line for line in terminal.lines if "/sign-in" in line)
    argument = (tmp_path / "arguments").read_text()
    assert argument.startswith("file://")
    assert "gt_" not in argument
    page = Path(argument.removeprefix("file://"))
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert f'url={address.strip()}"' in page.read_text()


def test_the_doctor_finds_this_service_in_order(service: Service) -> None:
    found = service.document("doctor")
    assert found["ok"]
    names = {check["name"] for check in found["checks"]}
    assert {"Python", "PyTorch", "disk", "database", "redis", "sqlite", "service", "clock", "workers", "port"} <= names
