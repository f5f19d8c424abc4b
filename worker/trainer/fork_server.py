"""Forks trainers, and the processes that answer questions, from a process that imports torch once:
`python -m worker.trainer.fork_server SOCKET`.

A trainer that imports everything itself takes two seconds of CPU time and 150 MB; a forked one takes some hundredths of
a second and shares that memory. To start one, a worker connects to SOCKET and sends its program, arguments and
environment, and its stdin, stdout and stderr as file descriptors. The server replies with the pid and, when the process
has ended, its exit code, each on a line.

It imports torch when the first process is wanted, so that a service at rest does without its 150 MB. To connect and
close is enough to have it imported beforehand.

This process has one thread and does not use the GPU, as neither survives a fork. It ends when its stdin is closed.
"""

import json
import os
import select
import selectors
import signal
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, NoReturn

from worker.programs import PROGRAMS
from worker.trainer.libraries import library_env

REQUEST_SECONDS = 5.0
"""Timeout for receiving a request after its sender has connected."""
_STREAMS = 3


class Request(NamedTuple):
    """A request to start a process."""

    program: str
    """One of `worker.programs.PROGRAMS`."""
    arguments: list[str]
    env: dict[str, str]
    streams: list[int]


class ForkServer:
    """Forks processes on request, and reports their exit codes to the requesters."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._connections: dict[int, socket.socket] = {}

    def serve(self) -> None:
        """Handle requests until stdin is closed."""
        ended, wake = socket.socketpair()
        for end in (ended, wake):
            end.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)  # children are reaped here, not in a handler
        with selectors.DefaultSelector() as selector:
            for file in (0, self._listener, ended):
                selector.register(file, selectors.EVENT_READ)
            while 0 not in (ready := {key.fd for key, _ in selector.select()}):
                if ended.fileno() in ready:
                    ended.recv(4096)
                    self._reap()
                if self._listener.fileno() in ready:
                    self._answer(self._listener.accept()[0])

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(REQUEST_SECONDS)
        try:
            request = _received(connection)
        except (OSError, ValueError, TypeError):
            connection.close()  # the requester then starts a process without this server
            return
        try:
            self._fork(request, connection)
        except OSError as error:
            connection.close()
            sys.stderr.write(f"no process could be forked: {error}\n")
        finally:
            for stream in request.streams:
                os.close(stream)

    def _fork(self, request: Request, connection: socket.socket) -> None:
        pid = os.fork()
        if pid == 0:
            _become(request, connection)
        self._connections[pid] = connection
        self._tell(connection, pid)

    def _reap(self) -> None:
        for pid in tuple(self._connections):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                connection = self._connections.pop(pid)
                self._tell(connection, os.waitstatus_to_exitcode(status))
                connection.close()

    @staticmethod
    def _tell(connection: socket.socket, number: int) -> None:
        try:
            connection.sendall(b"%d\n" % number)
        except OSError:  # the requester has ended; its process notices that by itself
            return


def _received(connection: socket.socket) -> Request:
    """Receive a request: a JSON document on one line, and three file descriptors.

    Raises:
        OSError: the message does not arrive in time.
        ValueError, TypeError: the message is not a request.
    """
    text, streams, _, _ = socket.recv_fds(connection, 65536, _STREAMS)
    try:
        return _parsed(_line(connection, text), streams)
    except (OSError, ValueError, TypeError):
        for stream in streams:
            os.close(stream)
        raise


def _parsed(line: bytes, streams: list[int]) -> Request:
    document = json.loads(line)
    if len(streams) != _STREAMS:
        raise ValueError("a request has three file descriptors")
    request = Request(**document, streams=streams)
    if request.program not in PROGRAMS:
        raise ValueError(f"no program {request.program}")
    return request


def _line(connection: socket.socket, text: bytes) -> bytes:
    """Receive the rest of the line that starts with `text`; returns an incomplete line if the sender closes the
    connection."""
    while text and not text.endswith(b"\n"):
        piece = connection.recv(65536)
        if not piece:
            break
        text += piece
    return text


def _become(request: Request, connection: socket.socket) -> NoReturn:
    """Run the program in the forked process. It keeps the connection open, which closes when the process ends."""
    try:
        os.setsid()
        for number, stream in enumerate(request.streams):
            os.dup2(stream, number)
        _close_all_but(connection.fileno())
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(request.env)
        import_module(request.program).main(request.arguments)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def _close_all_but(kept: int) -> None:
    """Close all files but the standard streams and `kept`: the process must not hold the server's locks and sockets."""
    highest = max(int(file.name) for file in Path("/proc/self/fd").iterdir())
    os.closerange(_STREAMS, kept)
    os.closerange(kept + 1, highest + 1)


def _wanted(listener: socket.socket) -> bool:
    """Wait for the first connection; returns False if stdin is closed first."""
    ready, _, _ = select.select([0, listener.fileno()], (), ())
    return 0 not in ready


def main() -> None:
    """Listen; import torch when the first worker connects, which waits meanwhile; then serve."""
    path = Path(sys.argv[1])
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen()
        if not _wanted(listener):
            return
        os.environ |= library_env()  # one thread, as other threads of libraries would not survive the fork
        from worker.trainer.serve import warm_up_for_all  # noqa: PLC0415 (imports torch, which takes seconds)

        import_module("worker.answering.answer")
        warm_up_for_all()
        ForkServer(listener).serve()


if __name__ == "__main__":
    main()
