"""The embedded Valkey server."""

import os
import signal
import stat
from pathlib import Path

import pytest
from redis import AuthenticationError, Redis

from gradus.errors import Unavailable
from hub.valkey import ValkeyServer


def test_answers_only_to_its_password(valkey: ValkeyServer) -> None:
    with Redis.from_url(valkey.url) as client:
        assert client.ping()
    with (
        Redis.from_url(valkey.url.replace("redis://:", "redis://:not")) as stranger,
        pytest.raises(AuthenticationError),
    ):
        stranger.ping()


def test_listens_on_loopback_and_evicts_nothing(valkey: ValkeyServer) -> None:
    with Redis.from_url(valkey.url, decode_responses=True) as client:
        settings = client.config_get("bind", "appendonly", "appendfsync", "maxmemory-policy")
    assert settings == {
        "bind": "127.0.0.1",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }


def test_shows_the_password_to_its_owner_alone(valkey: ValkeyServer) -> None:
    password = valkey.url.split(":")[2].split("@")[0]
    assert stat.S_IMODE((valkey.folder / "valkey.conf").stat().st_mode) == 0o600
    assert password not in Path(f"/proc/{valkey.pid}/cmdline").read_text()


def test_keeps_data_address_and_password_over_a_stop(tmp_path: Path) -> None:
    folder = tmp_path / 'a folder with "quotes" and ü'
    with ValkeyServer(folder) as first, Redis.from_url(first.url) as client:
        client.set("epoch", 7)
    with ValkeyServer(folder) as second, Redis.from_url(second.url) as client:
        assert second.url == first.url
        assert client.get("epoch") == b"7"


def test_comes_back_after_being_killed(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path) as server:
        url = server.url
        server.kill()
        assert not server.alive()
        assert server.pid is None
        server.start()
        assert server.alive()
        assert server.url == url


def test_is_adopted_when_its_parent_is_gone(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path) as orphan:
        heir = ValkeyServer(tmp_path)
        heir.start()
        assert heir.pid == orphan.pid
        heir.stop()
        assert not heir.alive()
        assert not orphan.alive()


def test_an_adopted_server_can_be_killed_and_started_anew(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path) as orphan:
        heir = ValkeyServer(tmp_path)
        heir.start()
        first = heir.pid
        assert first == orphan.pid
        heir.kill()
        with heir:
            assert heir.alive()
            assert heir.pid != first


def test_moves_when_another_program_has_taken_the_port(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path / "first") as first:
        (tmp_path / "second").mkdir()
        config = (first.folder / "valkey.conf").read_text()
        other = config.replace("requirepass ", "requirepass a").replace("/first", "/second")
        (tmp_path / "second" / "valkey.conf").write_text(other)
        with ValkeyServer(tmp_path / "second") as second:
            assert second.alive()
            assert second.pid != first.pid


def test_refuses_a_folder_that_a_silent_server_holds(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path) as server:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)
        try:
            with pytest.raises(Unavailable, match="does not answer holds"):
                ValkeyServer(tmp_path, stop_seconds=0.1).start()
        finally:
            os.kill(server.pid, signal.SIGCONT)


def test_says_why_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("not a folder")
    with pytest.raises(Unavailable, match="appendonlydir"):
        ValkeyServer(tmp_path).start()
