"""What `gradus doctor` says about its findings."""

import os
import resource
import socket
import stat
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from gradus.cli.commands.doctor import check_datasets
from gradus.cli.doctor import datasets, machine, service
from gradus.cli.doctor.check import Check, State
from gradus.client import Credentials
from hub.diagnostics import diagnose
from hub.migrate import upgrade
from hub.settings import Settings


def states(checks: list[Check]) -> dict[str, State]:
    return {check.name: check.state for check in checks}


@pytest.mark.parametrize(("seconds", "state"), [(0, State.OK), (60, State.WARNING), (-60, State.WARNING)])
def test_a_clock_is_held_against_the_service_s(seconds: float, state: State) -> None:
    theirs = datetime.now(UTC) + timedelta(seconds=seconds)
    found = service.clock(httpx.Response(200, headers={"Date": format_datetime(theirs, usegmt=True)}))
    assert found.state is state
    assert ("ahead" in found.message) == (seconds > 0)


def test_a_service_that_is_silent_is_a_problem_only_if_somebody_named_it() -> None:
    nobody = Credentials("http://127.0.0.1:1")
    assert states(list(service.service(nobody, required=True))) == {"service": State.PROBLEM}
    assert states(list(service.service(nobody, required=False))) == {"service": State.WARNING}


def test_a_port_that_another_program_has_is_told() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        assert machine.port(None, number).state is State.WARNING
        assert machine.port(Credentials(f"http://127.0.0.1:{number}"), number).state is State.OK
    assert machine.port(None, number).state is State.OK


def test_a_low_limit_of_open_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for hard, state in ((1024, State.WARNING), (20_000, State.OK), (resource.RLIM_INFINITY, State.OK)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, hard=hard: (512, hard))
        found = machine.open_files()
        assert found.state is state
        assert "512" in found.message


def test_a_data_folder_has_to_be_writable(tmp_path: Path) -> None:
    assert states(list(machine.folder(tmp_path / "new" / "er")))["data folder"] is State.OK
    (tmp_path / "file").write_text("")
    assert states(list(machine.folder(tmp_path / "file"))) == {"data folder": State.PROBLEM}
    if os.getuid():  # nothing is closed to root
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        assert states(list(machine.folder(tmp_path / "new"))) == {"data folder": State.PROBLEM}


def test_data_sets_are_looked_for_in_the_folders_that_the_service_takes(tmp_path: Path) -> None:
    (tmp_path / "datasets" / "mnist").mkdir(parents=True)
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"):
        (tmp_path / "datasets" / "mnist" / f"{name}.gz").touch()
    (one,) = datasets.of_machine(tmp_path, {})
    assert (one.state, one.message) == (State.WARNING, "missing: mnist, fashion_mnist")
    (tmp_path / "datasets" / "mnist" / "t10k-labels-idx1-ubyte").touch()  # unpacked
    (one,) = datasets.of_machine(tmp_path, {"GRADUS_DATASETS_DIR": str(tmp_path)})
    assert one.message == f"mnist in {tmp_path / 'datasets'}; missing: fashion_mnist"
    first, _ = datasets.of_machine(tmp_path, {"GRADUS_DATASETS_DIR": str(tmp_path / "no")})
    assert "does not exist" in first.message


def settings(folder: Path) -> Settings:
    return Settings.from_env({"GRADUS_DATA_DIR": str(folder)})


def test_a_database_is_absent_good_or_of_another_version(tmp_path: Path) -> None:
    assert diagnose(settings(tmp_path), {})["database"].ok is None
    assert list(tmp_path.iterdir()) == []
    upgrade(settings(tmp_path).database_url, "0001")
    found = diagnose(settings(tmp_path), {})["database"]
    assert (found.ok, "0001" in found.said) == (False, True)
    upgrade(settings(tmp_path).database_url)
    assert diagnose(settings(tmp_path), {})["database"].ok is True
    (tmp_path / "gradus.db").write_bytes(b"no database" * 100)
    assert diagnose(settings(tmp_path), {})["database"].ok is False


def test_a_redis_that_the_environment_names_has_to_answer(tmp_path: Path) -> None:
    env = {"GRADUS_DATA_DIR": str(tmp_path), "GRADUS_REDIS_URL": "redis://127.0.0.1:1/0"}
    assert diagnose(Settings.from_env(env), env)["redis"].ok is False
    assert diagnose(settings(tmp_path), {})["redis"].ok is None


def test_the_hub_is_asked_in_a_process_of_its_own(tmp_path: Path) -> None:
    found = states(list(machine.storage(tmp_path)))
    assert found["database"] is State.OK
    assert set(found) == {"database", "redis", "sqlite"}


@pytest.mark.parametrize("host", ["127.0.0.1", "elsewhere"])
def test_data_sets_are_those_of_the_service_where_one_answers(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [Check("data sets", State.OK, "all available: mnist")]
    monkeypatch.setattr(datasets, "of_service", lambda _: iter(told))
    assert list(check_datasets(Credentials(f"http://{host}:1"), tmp_path, alive=True)) == told
    here_alone = list(check_datasets(Credentials(f"http://{host}:1"), tmp_path, alive=False))
    assert here_alone[0].state is State.WARNING  # nothing is in that folder
