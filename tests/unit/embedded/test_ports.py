"""On which ports the embedded service may listen."""

import socket

import pytest

from gradus.errors import BadRequest, Conflict
from hub.embedded import ports
from hub.embedded.ports import QUIET_PORTS, free_port, url_of
from hub.loopback import loopback


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_this_machine(host: str) -> None:
    assert loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "", "127.0.0.1.example.org"])  # noqa: S104
def test_everything_else_can_be_reached_from_elsewhere(host: str) -> None:
    assert not loopback(host)


def test_a_taken_port_is_refused_with_advice_and_zero_finds_a_free_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(Conflict, match="--port"):
            free_port("127.0.0.1", taken)
        assert free_port("127.0.0.1", 0) in QUIET_PORTS


def test_where_every_quiet_port_is_taken_the_system_gives_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        monkeypatch.setattr(ports, "QUIET_PORTS", range(taken, taken + 1))
        monkeypatch.setattr(ports, "TRIES", 1)
        assert free_port("127.0.0.1", 0) not in {0, taken}


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(BadRequest, match=r"203\.0\.113\.1"):
        free_port("203.0.113.1", 0)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("::", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_a_client_on_this_machine_has_an_address(host: str, url: str) -> None:
    assert url_of(host, 80) == url
