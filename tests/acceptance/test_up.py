"""`gradus up` and other commands on its data folder, as a user runs them: real processes."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from hub.valkey import ValkeyServer
from tests.integration.access.credentials import bearer
from tests.servers import patient
from tests.servers.processes import ROOT, Program, answers, gone, saved_access, saved_client, wait_until
from tests.servers.trainers import without_trainer_server
from tests.servers.typed import typed

PARTS = ("trainers", "api", "worker-1")


FORKED = ("hub.embedded",)
"""The module that `gradus up` runs. It is forked, which saves the seconds of its imports."""
TYPED = ("gradus.cli", "up")


def up(
    folder: Path, name: str = "up", port: int = 0, *, own_trainers: bool = False, command: tuple[str, ...] = FORKED
) -> Program:
    env = {"GRADUS_DATA_DIR": str(folder / "data"), "GRADUS_SLOTS": "1"}  # one trainer to start, not one for each core
    env |= without_trainer_server() if own_trainers else {}
    return Program(folder / f"{name}.log", *command, "--port", port, env=env)


def gradus(folder: Path, *arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command in this process. The first test starts it as a user does."""
    return typed(*arguments, env={"GRADUS_DATA_DIR": str(folder / "data")}, text=text)


def python_gradus(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a new Python process."""
    env = {"PATH": os.environ["PATH"], "GRADUS_DATA_DIR": str(folder / "data")}
    command = [sys.executable, "-m", "gradus.cli", *arguments]
    return subprocess.run(command, env=env, input="", capture_output=True, text=True, check=False, cwd=ROOT)


def pid_of(folder: Path, part: str) -> int:
    return int((folder / "data" / "running" / part).read_text())


def valkey_pid(folder: Path) -> int:
    """The process id of the Valkey server of this data folder."""
    server = ValkeyServer(folder / "data" / "valkey")
    server.start()  # takes the one that is there
    assert server.pid is not None
    return server.pid


@dataclass(frozen=True)
class Service:
    """A running service, and the folder that it lives in."""

    folder: Path
    program: Program


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for all tests that do not change it."""
    folder = tmp_path_factory.mktemp("up")
    with up(folder, own_trainers=True) as program:
        program.wait_for("data ")
        yield Service(folder, program)


def test_a_person_submits_watches_lists_and_comes_back_the_next_day(tmp_path: Path) -> None:
    with up(tmp_path, own_trainers=True, command=TYPED) as first:
        said = first.wait_for("data ")
        access = saved_access(tmp_path / "data")
        assert f"API      {access.url}" in said
        assert f"docs     {access.url}/docs" in said
        submitted = python_gradus(tmp_path, "submit", "--example", "digits", "--set", "epochs=3")
        assert submitted.returncode == 0, submitted.stderr
        one = submitted.stdout.strip()
        watched = python_gradus(tmp_path, "watch", one)
        assert watched.returncode == 0, watched.stderr
        assert [line.split()[1] for line in watched.stdout.splitlines() if "test acc." in line] == [
            "1/3",
            "2/3",
            "3/3",
        ]
        pids = [*(pid_of(tmp_path, part) for part in PARTS), first.process.pid]
        assert first.stop() == 0
        assert all(map(gone, pids))
    with up(tmp_path, "again") as second:
        second.wait_for("is ready")
        assert saved_access(tmp_path / "data").key == access.key
        listed = python_gradus(tmp_path, "ls", "--json")
        assert [(row["id"], row["status"]) for row in json.loads(listed.stdout)] == [(one, "succeeded")]
        assert one in python_gradus(tmp_path, "ls").stdout
        assert second.stop() == 0


def test_a_part_that_is_killed_is_started_again(service: Service) -> None:
    with saved_client(service.folder / "data") as client:
        for part in PARTS:
            before = pid_of(service.folder, part)
            os.kill(before, signal.SIGKILL)
            service.program.wait_for(f"{part} died (killed by SIGKILL)")
            wait_until(partial(_is_new, service.folder, part, before), f"a new {part}")
        wait_until(lambda: answers(client), "the API is back")
        done = gradus(service.folder, "submit", "--example", "digits", "--set", "epochs=1", "--wait", "--json")
        assert json.loads(done.stdout)[0]["status"] == "succeeded"


def _is_new(folder: Path, part: str, before: int) -> bool:
    return pid_of(folder, part) != before


def test_a_part_that_is_killed_while_the_service_starts_is_started_again(tmp_path: Path) -> None:
    worker = tmp_path / "data" / "running" / "worker-1"
    with up(tmp_path) as program:
        wait_until(lambda: worker.exists() and bool(worker.read_text().strip()), "a worker that has begun")
        os.kill(pid_of(tmp_path, "worker-1"), signal.SIGKILL)
        said = program.wait_for("is ready")
        assert "worker-1 died (killed by SIGKILL)" in said
        assert program.stop() == 0


def test_a_part_that_cannot_start_is_given_up_and_its_log_named(tmp_path: Path) -> None:
    env = {"GRADUS_DATA_DIR": str(tmp_path / "data"), "GRADUS_DEVICE": "abacus"}
    with Program(tmp_path / "up.log", *FORKED, "--port", 0, "--workers", 1, env=env) as program:
        assert program.process.wait(120) == 3
    said = program.log.read_text()
    assert "worker-1 failed to start" in said
    assert f"see {tmp_path / 'data' / 'logs' / 'worker-1.log'}" in said


def test_valkey_that_is_killed_is_started_again(service: Service) -> None:
    before = valkey_pid(service.folder)
    os.kill(before, signal.SIGKILL)
    service.program.wait_for("valkey died")
    done = gradus(service.folder, "submit", "--example", "digits", "--set", "epochs=1", "--wait")
    assert done.returncode == 0, done.stderr
    assert valkey_pid(service.folder) != before


def test_nothing_outlives_a_killed_supervisor_but_what_the_next_one_adopts(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "data" / "valkey"), up(tmp_path, own_trainers=True) as first:
        first.wait_for("is ready")
        pids = [pid_of(tmp_path, part) for part in PARTS]
        server = valkey_pid(tmp_path)
        first.kill()
        with up(tmp_path, "next") as second:
            second.wait_for("is ready")
            assert all(map(gone, pids))
            assert valkey_pid(tmp_path) == server
            assert gradus(tmp_path, "ls").returncode == 0
            assert second.stop() == 0
        assert gone(server)


def test_a_second_one_on_the_same_folder_says_where_the_first_is(service: Service) -> None:
    second = python_gradus(service.folder, "up", "--port", "0")
    assert second.returncode == 4
    assert f"already running at {saved_access(service.folder / 'data').url}" in second.stdout
    assert gradus(service.folder, "ls").returncode == 0


def test_secrets_are_for_the_owner_alone(service: Service) -> None:
    data = service.folder / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "client.json").stat().st_mode) == 0o600
    secrets = [
        saved_access(data).key or "",
        (data / "valkey" / "valkey.conf").read_text().split("requirepass ")[1][:64],
    ]
    lines = [Path(f"/proc/{pid_of(service.folder, part)}/cmdline").read_text() for part in PARTS]
    assert not [secret for secret in secrets for line in lines if secret in line]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")
def test_parts_are_forked_and_have_names_of_their_own(service: Service) -> None:
    """They share the memory of what the supervisor has imported, but have different names."""
    pids = [pid_of(service.folder, part) for part in PARTS]
    assert [Path(f"/proc/{pid}/comm").read_text().strip() for pid in pids] == [f"gradus-{part}" for part in PARTS]
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in (*pids[1:], service.program.process.pid)]
    assert len(set(commands)) == 1


def test_a_taken_port_is_refused_with_advice(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = python_gradus(tmp_path, "up", "--port", str(other.getsockname()[1]))
    assert refused.returncode == 3
    assert "choose one with --port" in refused.stdout


def test_on_its_own_machine_too_a_key_is_asked_for(service: Service) -> None:
    """Requests from this machine may come from strangers: a proxy such as nginx forwards them, and there may be other
    users."""
    access = saved_access(service.folder / "data")
    for headers in ({}, {"Host": "localhost"}, {"Host": access.url.removeprefix("http://")}):
        for path in ("/v1/session", "/v1/experiments", "/metrics"):
            refused = patient.get(f"{access.url}{path}", headers=headers)
            assert refused.status_code == 401
            assert "client.json in its data folder" in refused.json()["detail"]
    assert patient.get(f"{access.url}/v1/session", headers=bearer(access.key or "")).json()["role"] == "admin"


def test_it_prints_a_link_that_signs_a_browser_in_and_what_makes_another(service: Service) -> None:
    said = service.program.log.read_text()
    data = service.folder / "data"
    link = re.search(r"open +(http\S+)/sign-in#(\S+)", said)
    assert link is not None
    assert f"GRADUS_DATA_DIR={data} gradus open creates another link" in said
    with patient.Client(base_url=link[1]) as browser:
        assert browser.post("/v1/session", json={"ticket": link[2]}).status_code == 201
        assert browser.get("/v1/session").json()["role"] == "admin"


def test_beyond_this_machine_and_below_a_path_a_key_is_asked_for_and_a_link_signs_a_browser_in(tmp_path: Path) -> None:
    command = ("up", "--host", "0.0.0.0", "--port", "0", "--root-path", "/lab/")  # noqa: S104
    env = {"GRADUS_DATA_DIR": str(tmp_path / "data")}
    with Program(tmp_path / "up.log", "gradus.cli", *command, env=env) as program:
        said = program.wait_for("NOTE")
        access = saved_access(tmp_path / "data")
        assert access.url.endswith("/lab")
        assert f"{access.url}/sign-in#" in said
        assert f"{access.url}/sign-in?next=/#" in gradus(tmp_path, "open", "--no-browser").stdout
        assert patient.get(f"{access.url}/openapi.json").json()["servers"][0]["url"] == "/lab"
        assert patient.get(f"{access.url}/v1/system").status_code == 401
        assert gradus(tmp_path, "ls").returncode == 0
        ticket = said.partition("/sign-in#")[2].split()[0]
        with patient.Client(base_url=access.url) as browser:
            assert browser.post("/v1/session", json={"ticket": ticket}).status_code == 201
            assert browser.get("/v1/session").json()["role"] == "admin"
            assert browser.post("/v1/session", json={"ticket": ticket}).status_code == 401
        listed = gradus(tmp_path, "keys", "ls")
        assert "gradus up" in listed.stdout
        assert str(access.key) not in listed.stdout


def test_the_command_line_tells_how_runs_end(service: Service) -> None:
    diverging = ("--example", "digits", "--set", "optimizer.kind=sgd", "--set", "optimizer.lr=1000")
    done = gradus(service.folder, "submit", *diverging, "--set", "activation=identity", "--watch")
    assert done.returncode == 1, done.stdout
    assert "diverged" in done.stderr
    assert "queued exp_" in done.stderr  # what to name when it is to be seen again
    refused = gradus(service.folder, "submit", "-", text='{"dataset": "digits", "layers": [0], "epoch": 3}')
    assert refused.returncode == 2
    assert "layers/0/units" in refused.stderr
    assert "unknown key 'epoch'" in refused.stderr
    assert gradus(service.folder, "watch", "exp_none").returncode == 2
    lines = gradus(service.folder, "submit", "--example", "digits", "--set", "epochs=2", "--watch", "--json").stdout
    events = [json.loads(line) for line in lines.splitlines()]
    assert [event["kind"] for event in events if event["kind"] not in {"log", "layers", "finding"}] == [
        "status",
        "status",
        "epoch",
        "epoch",
        "status",
        "end",
    ]
    assert gradus(service.folder, "submit", "--example", "digits", "--dry-run").returncode == 0


def test_without_data_and_network_the_lecture_says_so_and_runs_digits(tmp_path: Path) -> None:
    unreachable = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    env = {"GRADUS_DATA_DIR": str(tmp_path / "data"), "GRADUS_DATASETS_DIR": str(tmp_path / "empty"), **unreachable}
    with Program(tmp_path / "lecture.log", "gradus.cli", "lecture", "--once", "--port", 0, env=env) as program:
        assert program.process.wait(120) == 0, program.log.read_text()
    said = program.log.read_text()
    assert "could not be downloaded" in said
    assert "digits: epoch 10/10" in said
