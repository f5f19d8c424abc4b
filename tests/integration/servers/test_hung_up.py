"""Callers that are killed before they send a request: the fork servers do not wait for them."""

import socket
from typing import NoReturn

from tests.servers.forking import fork
from tests.servers.forks import Server


def hung_up() -> socket.socket:
    """The server's end of a connection whose other end was closed without sending anything."""
    ours, theirs = socket.socketpair()
    theirs.close()
    return ours


def test_programs_forget_a_caller_that_has_hung_up() -> None:
    assert fork(hung_up(), lambda program, arguments: None) is None


def test_servers_forget_a_requester_that_has_hung_up() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        server = Server(listener, _fork)
        server._answer(hung_up())
    assert server._children == []


def _fork(request: object, files: object) -> NoReturn:
    raise AssertionError("nobody has asked")
