"""A server that forks processes for those that ask on its socket, and tells them the exit codes."""

import json
import os
import select
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from hub.embedded.forked import can_fork


class Forked(Protocol):
    """A child of the fork server."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """The exit code, which is negative if a signal ended the process; None while it runs."""


class _Child(NamedTuple):
    process: Forked
    connection: socket.socket


class Server:
    """Forks processes on request, and reports their exit codes to the requesters."""

    def __init__(
        self,
        listener: socket.socket,
        fork: Callable[[dict[str, Any], list[int]], Forked],
        *,
        files: int = 1,
        kill_unwanted: bool = False,
    ) -> None:
        """`fork` forks a process for a request and the files that came with it. With `kill_unwanted`, a process is
        killed if its requester has ended or has closed the connection."""
        self._listener = listener
        self._fork = fork
        self._files = files
        self._kill_unwanted = kill_unwanted
        self._selector = selectors.DefaultSelector()
        self._children: list[_Child] = []

    def serve(self) -> None:
        """Handle requests until stdin is closed."""
        ended, wake = socket.socketpair()
        for end in (ended, wake):
            end.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        with self._selector as selector:
            for file in (0, self._listener, ended):
                selector.register(file, selectors.EVENT_READ)
            while 0 not in (ready := {key.fd for key, _ in selector.select()}):
                if ended.fileno() in ready:
                    ended.recv(4096)
                    self._report()
                self._kill(child for child in self._children if child.connection.fileno() in ready)
                if self._listener.fileno() in ready:
                    self._answer(self._listener.accept()[0])
        self._kill(self._children)

    def _answer(self, connection: socket.socket) -> None:
        text, files, _, _ = socket.recv_fds(connection, 65536, self._files)
        with suppress(ConnectionResetError):
            while not text.endswith(b"\n") and (more := connection.recv(65536)):
                text += more
        try:
            if not text.endswith(b"\n"):  # the requester was killed
                connection.close()
                return
            assert can_fork(), "a module has started a thread when it was imported"
            process = self._fork(json.loads(text), files)
        finally:
            for file in files:
                os.close(file)
        self._children.append(_Child(process, connection))
        if self._kill_unwanted:
            self._selector.register(connection, selectors.EVENT_READ)  # nothing more is sent: readable is closed
        with suppress(OSError):  # the requester was killed
            connection.sendall(b"%d\n" % process.pid)

    def _report(self) -> None:
        for child in tuple(self._children):
            if (code := child.process.poll()) is not None:
                self._children.remove(child)
                if self._kill_unwanted:
                    self._selector.unregister(child.connection)
                with suppress(OSError):  # nobody waits for it any more
                    child.connection.sendall(b"%d\n" % code)
                child.connection.close()

    @staticmethod
    def _kill(children: Iterable[_Child]) -> None:
        for child in children:
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)


def forget_children() -> None:
    """In a forked process: undo the server's preparations for hearing of its children's ends."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def listen(prepare: Callable[[], object], serve: Callable[[socket.socket], object]) -> None:
    """Listen on the socket that the command line names. When the first process is requested, prepare and serve."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        if 0 not in select.select([0, listener.fileno()], [], [])[0]:
            prepare()
            serve(listener)
