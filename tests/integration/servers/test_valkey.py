"""The embedded Valkey server."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from queue import Queue as Mailbox

import pytest
from redis import AuthenticationError, Redis

from gradus.errors import Unavailable
from hub.ids import new_id
from hub.messaging.queue import Queue
from hub.valkey import ValkeyServer
from hub.valkey.config import read_access
from hub.valkey.lock import Lock


def test_answers_only_to_its_password(valkey: ValkeyServer) -> None:
    with Redis.from_url(valkey.url) as client:
        assert client.ping()
    with (
        Redis.from_url(valkey.url.replace("unix://:", "unix://:not")) as stranger,
        pytest.raises(AuthenticationError),
    ):
        stranger.ping()


def test_listens_for_its_owner_alone_and_evicts_nothing(valkey: ValkeyServer) -> None:
    with Redis.from_url(valkey.url, decode_responses=True) as client:
        settings = client.config_get("port", "unixsocket", "appendonly", "appendfsync", "maxmemory-policy")
    socket = Path(settings["unixsocket"])
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert settings == {
        "port": "0",
        "unixsocket": str(socket),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }


def test_shows_the_password_to_its_owner_alone(valkey: ValkeyServer) -> None:
    password = valkey.url.split(":")[2].split("@")[0]
    assert stat.S_IMODE((valkey.folder / "valkey.conf").stat().st_mode) == 0o600
    assert password not in Path(f"/proc/{valkey.pid}/cmdline").read_text()


def test_keeps_data_address_and_password_over_a_stop(tmp_path: Path) -> None:
    folder = tmp_path / 'a "folder" [x] \\ %20?#*\n ü'
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


def test_a_server_whose_folder_was_deleted_is_ended_before_the_next_starts(tmp_path: Path) -> None:
    """The lock was deleted with the folder, so that no other process could find the server."""
    with ValkeyServer(tmp_path / "valkey") as server:
        unreachable = server.pid
        assert unreachable is not None
        shutil.rmtree(server.folder)
        server.start()
        assert server.alive()
        assert server.pid != unreachable
        with pytest.raises(ProcessLookupError):
            os.kill(unreachable, 0)


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


def test_a_queue_finds_it_at_its_socket(tmp_path: Path) -> None:
    """Celery needs a different form of URL for sockets."""
    with ValkeyServer(tmp_path / "a folder?") as server, closing(Queue(server.url)) as queue:
        assert queue.send_job(new_id("job"), "auto")
        assert queue.depth("auto") == 1
        assert queue.oldest("auto") is not None


def test_a_path_too_long_for_a_socket_has_it_in_a_private_folder_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    with ValkeyServer(folder) as first:
        assert first.alive()
        place = read_access(folder / "valkey.conf")
        assert place is not None
        assert stat.S_IMODE(place.socket.parent.stat().st_mode) == 0o700
    with ValkeyServer(folder) as second:
        assert second.url == first.url
    place.socket.parent.chmod(0o755)  # as if somebody else had made it anew, who could listen there
    with ValkeyServer(folder) as third:
        assert third.url != first.url
        assert third.alive()


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Mailbox[bytes]]:
    """A server with another process id listens on the socket of the last server. Yields the messages that it gets."""
    with ValkeyServer(tmp_path):
        pass
    access = read_access(tmp_path / "valkey.conf")
    assert access is not None
    told: Mailbox[bytes] = Mailbox()
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(str(access.socket))
        ear.listen()
        ear.settimeout(0.1)
        stopped = threading.Event()
        thread = threading.Thread(target=_pretend, args=(ear, told, stopped))
        thread.start()
        yield told
        stopped.set()
        thread.join()


def _pretend(ear: socket.socket, told: Mailbox[bytes], stopped: threading.Event) -> None:
    while not stopped.is_set():
        with suppress(TimeoutError):
            peer, _ = ear.accept()
            with peer:
                peer.settimeout(1)
                told.put(peer.recv(4096))
                peer.sendall(b"+OK\r\n+PONG\r\n$%d\r\nprocess_id:%d\r\n\r\n" % (20, os.getpid()))


def test_a_stranger_where_it_listened_learns_nothing_and_has_nobody_ended(
    stranger: Mailbox[bytes], tmp_path: Path
) -> None:
    """Only the process that holds the lock is asked, gets the password, is adopted or ended."""
    heir = ValkeyServer(tmp_path)
    assert not heir.find()
    heir.start()
    assert heir.pid not in {None, os.getpid()}
    heir.stop()
    assert stranger.empty()


def test_the_process_that_had_the_lock_is_not_ended_for_it(tmp_path: Path) -> None:
    """The process id in the lock may meanwhile be that of another process."""
    with ValkeyServer(tmp_path) as server:
        pass
    victim = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "valkey.lock").write_text(str(victim.pid))
        assert Lock(tmp_path).holder() is None
        server.kill()
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


def test_refuses_a_folder_that_a_silent_server_holds(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path) as server:
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(Unavailable, match="does not answer holds"):
                ValkeyServer(tmp_path, stop_seconds=0.1).start()
        finally:
            os.kill(pid, signal.SIGCONT)


def test_says_why_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("not a folder")
    with pytest.raises(Unavailable, match="appendonlydir"):
        ValkeyServer(tmp_path).start()
