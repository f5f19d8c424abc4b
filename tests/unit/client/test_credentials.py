"""How a client finds the service and its key."""

import fcntl
import json
import os
import socket
import threading
from pathlib import Path

import pytest

from gradus.client import Client, Credentials, find_credentials
from gradus.errors import BadRequest, Unavailable
from hub.embedded.data_folder import DataFolder, DataFolderInUse

SAVED = {"url": "http://127.0.0.1:8123", "key": "secret"}


def env(folder: Path, **more: str) -> dict[str, str]:
    return {"GRADUS_DATA_DIR": str(folder), **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "client.json").write_text(json.dumps(SAVED))
    return tmp_path


def test_client_json_of_the_data_folder_says_where_and_with_which_key(folder: Path) -> None:
    assert find_credentials(env=env(folder)) == Credentials("http://127.0.0.1:8123", "secret")


def test_the_option_wins_over_the_environment_and_that_over_the_file(folder: Path) -> None:
    both = env(folder, GRADUS_URL="http://there:1")
    assert find_credentials("http://here:2/", both).url == "http://here:2"
    assert find_credentials(env=both).url == "http://there:1"


def test_the_key_of_the_file_goes_to_its_own_address_alone(folder: Path) -> None:
    assert find_credentials("http://127.0.0.1:8123/", env(folder)).key == "secret"
    assert find_credentials("http://elsewhere:8123", env(folder)).key is None
    assert find_credentials("http://elsewhere:8123", env(folder, GRADUS_KEY="other")).key == "other"


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_every_name_of_this_machine_leads_to_the_address_of_the_file(folder: Path, name: str) -> None:
    """The key must not be sent to another user who listens at `localhost` with IPv6."""
    assert find_credentials(f"http://{name}:8123", env(folder)) == Credentials("http://127.0.0.1:8123", "secret")
    for other in (f"https://{name}:8123", f"http://{name}:8124", f"http://{name}:8123/gradus", f"http://{name}"):
        assert find_credentials(other, env(folder)) == Credentials(other, None)


def test_a_key_of_the_environment_wins_over_the_file_s(folder: Path) -> None:
    assert find_credentials(env=env(folder, GRADUS_KEY="mine")) == Credentials("http://127.0.0.1:8123", "mine")


def test_a_key_that_is_given_wins(folder: Path) -> None:
    assert find_credentials(env=env(folder), key="given") == Credentials("http://127.0.0.1:8123", "given")
    assert find_credentials("http://there:1", env(folder, GRADUS_KEY="other"), key="given").key == "given"


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines"])
def test_what_cannot_be_a_key_is_refused_before_it_is_sent(key: str) -> None:
    with pytest.raises(BadRequest, match="invalid API key"):
        Client("http://127.0.0.1:1", key=key)


def test_a_key_is_not_shown(folder: Path) -> None:
    assert "secret" not in repr(find_credentials(env=env(folder)))


def test_without_any_address_it_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="gradus up"):
        find_credentials(env=env(tmp_path))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"url": 1, "key": null}', '{"url": "here", "key": null}', "\udcff"])
def test_a_spoilt_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "client.json").write_text(text, errors="surrogateescape")
    with pytest.raises(Unavailable, match=r"client\.json"):
        find_credentials(env=env(tmp_path))


@pytest.mark.parametrize(
    "url", ["", "here", "ftp://here", "http://", "http://[", "localhost:8000", "http://here?a=b", "http://here#part"]
)
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadRequest, match="is not a URL"):
        find_credentials(url, env(tmp_path))


@pytest.mark.parametrize(
    ("url", "local"),
    [("http://127.0.0.1:8000", True), ("http://[::1]:1", True), ("http://localhost", True), ("http://there", False)],
)
def test_a_service_on_this_machine_is_known_as_such(url: str, local: bool) -> None:
    assert Credentials(url).local is local


def test_a_key_that_is_given_to_a_client_is_the_one_that_is_sent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADUS_DATA_DIR", str(folder))
    with Client("http://127.0.0.1:8123", key="second") as client:
        assert client.credentials == Credentials("http://127.0.0.1:8123", "second")
        assert client.base_url == "http://127.0.0.1:8123"
        assert client._transport.http.headers["Authorization"] == "Bearer second"


def test_what_would_be_dropped_in_silence_is_refused() -> None:
    with pytest.raises(BadRequest, match="the key is empty"):
        Client("http://127.0.0.1:1", key="")
    with pytest.raises(BadRequest, match="the URL has a user name"):  # it would be sent, and the key would not
        Client("http://me:word@127.0.0.1:1", key="gk_1")


def test_the_key_of_the_file_is_for_a_service_that_runs(folder: Path) -> None:
    with DataFolder(folder).held():
        assert find_credentials(env=env(folder)).key == "secret"
    with pytest.raises(Unavailable, match="is not running: start it with `gradus up`") as caught:
        find_credentials(env=env(folder))
    assert caught.value.code == "unreachable"
    with DataFolder(folder).held():
        assert find_credentials(env=env(folder)).key == "secret"


def test_who_listens_at_the_port_of_a_service_that_has_ended_hears_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0)
        url = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        (tmp_path / "client.json").write_text(json.dumps({"url": url, "key": "secret"}))
        with DataFolder(tmp_path).held():
            pass
        with pytest.raises(Unavailable):
            find_credentials(env=env(tmp_path))
        monkeypatch.setenv("GRADUS_DATA_DIR", str(tmp_path))
        with pytest.raises(Unavailable), Client(timeout=1, max_retries=0) as client:
            client.system()
        with pytest.raises(BlockingIOError):
            stranger.accept()


def test_what_is_given_is_used_although_no_service_runs_on_the_folder(folder: Path) -> None:
    with DataFolder(folder).held():
        pass
    assert find_credentials(env=env(folder, GRADUS_KEY="mine")).key == "mine"
    assert find_credentials(env=env(folder), key="given").key == "given"
    assert find_credentials("http://there:1", env(folder)) == Credentials("http://there:1", None)
    assert find_credentials(env=env(folder, GRADUS_URL="http://127.0.0.1:8123")).url == "http://127.0.0.1:8123"


def test_a_service_whose_lock_cannot_be_seen_is_asked(folder: Path) -> None:
    lock = folder / "supervisor.lock"
    lock.symlink_to(folder / "nowhere")
    assert find_credentials(env=env(folder)).key == "secret"
    lock.unlink()
    lock.touch()
    (folder / "client.json").write_text(json.dumps({"url": "http://there:8123", "key": "secret"}))
    assert find_credentials(env=env(folder)).key == "secret"  # on another machine, with which the folder is shared


def test_a_look_whether_a_service_runs_does_not_keep_one_from_starting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.embedded.data_folder._LOCK_ATTEMPTS", 1000)
    lock = os.open(folder / "supervisor.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_SH)
    threading.Timer(0.03, os.close, [lock]).start()
    with DataFolder(folder).held():
        monkeypatch.setattr("hub.embedded.data_folder._LOCK_ATTEMPTS", 2)
        with pytest.raises(DataFolderInUse), DataFolder(folder).held():
            pass
