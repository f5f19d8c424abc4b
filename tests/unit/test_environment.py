"""Faults of the environment, each reported in one sentence: empty variables, no home folder, odd names, wrong
passwords, full disks.
"""

import errno
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from gradus import environment
from gradus.cli.commands.doctor import examine
from gradus.cli.doctor import datasets as data_check
from gradus.cli.doctor.check import State
from gradus.client import Client, Credentials, find_credentials
from gradus.client.request import path_of
from gradus.data_folder import data_dir
from gradus.errors import BadRequest, Unavailable
from hub.artifacts.store import artifact_store
from hub.database.database import Database
from hub.disk_full import disk_full
from hub.embedded import __main__ as embedded
from hub.embedded.data_folder import DataFolder
from hub.environment_errors import sentence
from hub.migrate import upgrade
from hub.settings import Settings, sqlite_url
from tests.servers.commands import forked_commands
from tests.servers.processes import ROOT, new_interpreters, start
from worker.__main__ import DEVICES

NAMES = ["mine?a", "a%20b", "100%", "a#b", "a b", "ü 漢字", 'it\'s "it"', "a@b:c", "a&b=c;d", "a\\b", "a+b", "file:x"]


@pytest.mark.parametrize("name", ["GRADUS_DATA_DIR", "GRADUS_URL", "GRADUS_KEY"])
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_variable_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(BadRequest, match=f"{name} is empty"):
        find_credentials(env={"GRADUS_DATA_DIR": "/nowhere", name: value})


@pytest.mark.parametrize("name", ["DATA_DIR", "DATASETS_DIR", "DATABASE_URL", "REDIS_URL", "ARTIFACTS_URL"])
def test_the_service_refuses_an_empty_address_by_its_name(name: str) -> None:
    with pytest.raises(BadRequest, match=f"GRADUS_{name} is empty"):
        Settings.from_env({"GRADUS_DATA_DIR": "/nowhere", f"GRADUS_{name}": ""})


@pytest.mark.parametrize("name", ["LEASE_SECONDS", "CHECKPOINT_SECONDS", "MAX_QUEUED"])
def test_a_number_that_is_none_is_refused_by_its_name_and_an_empty_one_is_the_default(name: str) -> None:
    env = {"GRADUS_DATA_DIR": "/nowhere"}
    assert Settings.from_env({**env, f"GRADUS_{name}": ""}) == Settings.from_env(env)
    with pytest.raises(BadRequest, match=f"GRADUS_{name} is 'many'"):
        Settings.from_env({**env, f"GRADUS_{name}": "many"})


@pytest.mark.parametrize(
    ("name", "value", "bounds"),
    [
        ("EVENT_DAYS", "-1", "between 0 and 36500"),  # would drop the events of everything that is over
        ("EVENT_DAYS", "1e9", "between 0 and 36500"),  # no calendar goes back so far
        ("HANG_SECONDS", "0", "between 1 and 86400"),  # would end every trainer
        ("STOP_SECONDS", "0", "between 1 and 86400"),
        ("LEASE_SECONDS", "nan", "between 0.5 and 86400"),
        ("CHECKPOINT_SECONDS", "inf", "between 0 and 86400"),
        ("MAX_STREAMS", "-1", "at least 0"),
    ],
)
def test_a_number_out_of_its_bounds_is_refused_with_them(name: str, value: str, bounds: str) -> None:
    with pytest.raises(BadRequest, match=f"GRADUS_{name} is {value}: it must be {bounds}"):
        Settings.from_env({"GRADUS_DATA_DIR": "/nowhere", f"GRADUS_{name}": value})


@pytest.mark.parametrize("url", ["http://:secret@x", "secret", "redis:secret"])
def test_what_is_no_address_of_a_redis_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadRequest, match="GRADUS_REDIS_URL must start with redis://") as refused:
        Settings.from_env({"GRADUS_DATA_DIR": "/nowhere", "GRADUS_REDIS_URL": url})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(("url", "key"), [("", None), ("http://here:1", ""), (None, " ")])
def test_an_empty_address_or_key_is_refused(tmp_path: Path, url: str | None, key: str | None) -> None:
    with pytest.raises(BadRequest):
        find_credentials(url, {"GRADUS_DATA_DIR": str(tmp_path)}, key=key)


@pytest.fixture(scope="module")
def commands() -> Iterator[Path]:
    """The folder of the program `gradus`."""
    with forked_commands() as folder:
        yield folder


@pytest.mark.parametrize("command", [("up", "--data", ""), ("lecture", "--data", " "), ("ls", "--url", "")])
def test_the_command_line_refuses_what_is_empty(commands: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    """An empty value comes from an unset variable of a script, which does not mean the current folder."""
    done = subprocess.run(
        [commands / "gradus", *command],
        cwd=tmp_path,
        env=own_env(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


def own_env(folder: Path) -> dict[str, str]:
    """Environment variables with only the paths of this process; the folder is the home folder."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder)}


def outcome(folder: Path, module: str, *arguments: str, **env: str) -> tuple[int, str]:
    """Run a program in this folder; returns its exit code and its output."""
    with tempfile.TemporaryFile() as log:
        code = start([module, *arguments], {**own_env(folder), **env}, log, folder).wait(120)
        log.seek(0)
        return code, log.read().decode()


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no home folder be found, as for a container's user without an entry in passwd."""

    def nobody(self: Path) -> Path:
        if str(self).startswith("~"):
            raise RuntimeError("Could not determine home directory.")
        return self

    monkeypatch.setattr(Path, "expanduser", nobody)


def test_a_device_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadRequest, match=r"^GRADUS_DEVICE is 'abacus': it must be auto, cpu or cuda$"):
        environment.one_of({"GRADUS_DEVICE": "abacus"}, "GRADUS_DEVICE", DEVICES)
    assert environment.one_of({"GRADUS_DEVICE": ""}, "GRADUS_DEVICE", DEVICES) is None
    assert environment.one_of({"GRADUS_DEVICE": "cpu"}, "GRADUS_DEVICE", DEVICES) == "cpu"


@pytest.mark.usefixtures("homeless")
def test_without_a_home_everything_works_that_needs_none(tmp_path: Path) -> None:
    assert find_credentials(env={"GRADUS_URL": "http://there:1", "GRADUS_KEY": "k"}) == Credentials(
        "http://there:1", "k"
    )
    assert find_credentials("http://there:1", {}) == Credentials("http://there:1", None)
    Client("http://there:1", key="k").close()
    assert data_dir({"GRADUS_DATA_DIR": str(tmp_path)}) == tmp_path
    assert Settings.from_env({"GRADUS_DATA_DIR": str(tmp_path)}).data_dir == tmp_path
    assert environment.path_of(str(tmp_path), "--data") == tmp_path


@pytest.mark.usefixtures("homeless")
def test_without_a_home_what_needs_one_says_so() -> None:
    for ask in (lambda: data_dir({}), lambda: Settings.from_env({})):
        with pytest.raises(BadRequest, match=r"no home folder found .*: set GRADUS_DATA_DIR to the path of a folder"):
            ask()
    with pytest.raises(Unavailable, match="no service is known here"):
        find_credentials(env={})


@pytest.mark.usefixtures("homeless")
def test_without_a_home_the_doctor_looks_at_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADUS_DATA_DIR", "GRADUS_URL", "GRADUS_KEY"):
        monkeypatch.delenv(name, raising=False)
    found = {check.name: check for check in examine("http://127.0.0.1:1")}
    assert "no home folder" in found["data folder"].message
    assert found["service"].state is State.PROBLEM


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_has_its_database_inside(tmp_path: Path, name: str) -> None:
    folder = DataFolder(tmp_path / name)
    folder.make()
    upgrade(folder.database_url, "0001")
    assert make_url(folder.database_url).database == str(tmp_path / name / "gradus.db")
    assert Settings.from_env({"GRADUS_DATA_DIR": str(tmp_path / name)}).database_url == folder.database_url
    assert (tmp_path / name / "gradus.db").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_an_artifact_store_is_the_folder_that_was_named(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    for url in (str(folder), folder.as_uri(), folder.as_uri().replace("file://", "file://localhost")):
        store = artifact_store(url)
        store.put("a/b", lambda into: (into / "c").touch())
        assert store.names("a") == ["b"]
        store.delete("a")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_kind_of_store_that_nobody_knows_is_refused() -> None:
    with pytest.raises(BadRequest, match="GRADUS_ARTIFACTS_URL"):
        artifact_store("s4://bucket/x")


@pytest.mark.parametrize("name", ["..", ".", "a/b", "../keys", "a?b", "a#b", "%2e%2e", ""])
def test_a_name_never_leads_to_another_address(name: str) -> None:
    import httpx  # noqa: PLC0415

    url = httpx.URL("http://h/").join(path_of("experiments", name, "events"))
    assert url.raw_path.startswith(b"/v1/experiments/")
    assert url.raw_path.count(b"/") == 4
    assert not url.query


@pytest.mark.parametrize("url", ["http://h/?a=b", "http://h/#a", "http://h/\n", "http://h/?"])
def test_an_address_with_more_than_a_path_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadRequest, match="is not a URL"):
        find_credentials(url, {"GRADUS_DATA_DIR": str(tmp_path)})


def test_a_spoilt_file_is_no_trouble_for_who_names_another_service(tmp_path: Path) -> None:
    (tmp_path / "client.json").write_text("{")
    assert find_credentials("http://there:1", {"GRADUS_DATA_DIR": str(tmp_path)}) == Credentials("http://there:1", None)


def test_the_doctor_tells_of_an_empty_variable(tmp_path: Path) -> None:
    (found,) = data_check.of_machine(tmp_path, {"GRADUS_DATASETS_DIR": ""})
    assert (found.state, found.message[:28]) == (State.WARNING, "GRADUS_DATASETS_DIR is empty")


@pytest.fixture
def full(tmp_path: Path) -> Database:
    """A database that cannot grow, as on a full disk."""
    database = Database(sqlite_url(tmp_path / "full.db"))
    with database.write() as session:
        session.execute(text("CREATE TABLE t (x BLOB)"))
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    return database


def test_sqlite_s_full_disk_is_known_and_remembered_until_a_write_succeeds(full: Database) -> None:
    with pytest.raises(OperationalError) as caught, full.write() as session:
        session.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))
    assert disk_full(caught.value)
    assert "the disk is full" in sentence(caught.value)
    assert full.room.is_full()
    with full.write() as session:
        session.execute(text("DELETE FROM t"))
    assert not full.room.is_full()
    full.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_the_system_s_full_disk_is_known(number: int) -> None:
    error = OSError(number, os.strerror(number), "/data/x")
    assert disk_full(error)
    assert "/data/x" in sentence(error)
    assert not disk_full(PermissionError(errno.EACCES, "closed"))


MODULES = {
    "hub.migrate": (),
    "api.keys": ("create", "ada"),
    "api": ("--host", "0.0.0.0"),  # noqa: S104
    "hub.embedded": ("--data", "data"),
    "worker": (),
    "hub.diagnostics": (),
}


@pytest.mark.parametrize("module", MODULES)
def test_no_program_of_the_service_starts_without_docstrings(module: str, tmp_path: Path) -> None:
    """The program ends before it imports the modules that may need docstrings."""
    with new_interpreters():
        code, printed = outcome(tmp_path, module, *MODULES[module], PYTHONOPTIMIZE="2", PYTHONVERBOSE="1")
    assert code == 3
    assert "PYTHONOPTIMIZE" in printed
    assert "Traceback" not in printed
    assert "import 'hub.docstrings'" in printed
    assert not any(f"import '{name}'" in printed for name in ("fastapi", "pydantic", "sqlalchemy"))


@pytest.mark.parametrize("module", ["api.keys", "api"])
def test_before_the_migration_it_is_asked_for(module: str, tmp_path: Path) -> None:
    code, printed = outcome(tmp_path, module, *MODULES[module], GRADUS_DATA_DIR=str(tmp_path))
    assert code == 1
    assert "run `python -m hub.migrate` first" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("module", ["hub.migrate", "api.keys"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////proc/nowhere/x.db", "No such file|unable to open"),
        ("nosql://u:secret@x/y", "GRADUS_DATABASE_URL must start with sqlite:///"),
        ("postgresql+psycopg://u:secret@127.0.0.1:port/x", "GRADUS_DATABASE_URL cannot be read"),
        ("postgresql+psycopg://u:secret@127.0.0.1:1/x", "refused"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(module: str, url: str, said: str, tmp_path: Path) -> None:
    code, printed = outcome(tmp_path, module, *MODULES[module], GRADUS_DATABASE_URL=url)
    assert code == 1
    assert re.search(said, printed)
    assert "Traceback" not in printed
    assert "secret" not in printed


def test_a_data_folder_that_cannot_be_one_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below", "/proc/nowhere", ""):
        assert embedded.main(["--data", str(path)]) == embedded.FAILED
        said = capsys.readouterr().out
        assert said.startswith("error: ")
        assert len(said.splitlines()) == 1
