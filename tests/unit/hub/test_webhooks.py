"""Webhooks without a database: which destinations they may have, what their calls contain, and how calls are signed and
sent.
"""

import re
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

import gradus
from gradus.wire.webhook import WebhookRequest
from hub.tables import EventRow
from hub.webhooks import post as posting
from hub.webhooks.claims import DELAYS
from hub.webhooks.destination import RefusedDestination, check_public, destination, is_public
from hub.webhooks.messages import MAX_BYTES, body, message_id
from hub.webhooks.network import Network
from hub.webhooks.places import Places
from hub.webhooks.post import NotDelivered, post
from hub.webhooks.signature import new_secret, signed_headers
from tests.servers.receiver import receiving

PUBLIC = "93.184.216.34"
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (PUBLIC, True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104 (it is refused)
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.100.100.200", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("192.0.0.192", False),
        ("192.88.99.1", False),
        ("::ffff:192.88.99.1", False),
        ("3fff::1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        (f"::ffff:{PUBLIC}", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, expected: bool) -> None:
    assert is_public(address) is expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/", "must begin with https"),
        ("ftp://example.com/", "not a URL"),
        ("https://", "not a URL"),
        ("example.com", "not a URL"),
        ("https://example.com:99999/", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://user:secret@example.com/", "user"),
        ("https://example.com/#part", "fragment"),
        ("https://example.com:22/", "port"),
        ("https://example.com/a b", "ASCII"),
        ("https://example.com/\r\nHost: x", "ASCII"),
        ("https://exämple.com/", "ASCII"),
        ("https://example.com\\@127.0.0.1/", "ASCII"),
        ("https://127.0.0.1/", "not a public address"),
        ("https://localhost/", "not a public address"),
        ("https://a.localhost./", "not a public address"),
        ("https://127.1/", "not a public address"),
        ("https://2130706433/", "not a public address"),
        ("https://0x7f.0.0.1/", "not a public address"),
        ("https://0177.0.0.1/", "not a public address"),
        ("https://[::1]/", "not a public address"),
        ("https://[::ffff:127.0.0.1]/", "not a public address"),
        ("https://169.254.169.254/latest/meta-data", "not a public address"),
    ],
)
def test_a_url_that_webhooks_may_not_call_is_refused(url: str, words: str) -> None:
    with pytest.raises(RefusedDestination, match=re.escape(words)):
        destination(url, ())


def test_a_public_url_is_taken_apart() -> None:
    to = destination("https://Example.com./a/b?c=1", ())
    assert (to.is_tls, to.host, to.port, to.target, to.authority) == (
        True,
        "example.com",
        443,
        "/a/b?c=1",
        "example.com",
    )
    assert destination("https://example.com:8443", ()).authority == "example.com:8443"
    assert destination(f"https://[::ffff:{PUBLIC}]/", ()).authority == f"[::ffff:{PUBLIC}]"


def test_what_the_operator_allows_may_be_private_and_plain() -> None:
    assert destination("http://10.0.0.5:80/x", {"10.0.0.5"}).is_allowed
    assert destination("http://Hooks.internal:9000/x", {"hooks.internal:9000"}).is_allowed
    with pytest.raises(RefusedDestination):
        destination("http://hooks.internal:9001/x", {"hooks.internal:9000"})


def test_one_private_address_among_public_ones_is_refused_and_told_to_the_operator_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(RefusedDestination, match=r"'two-faced\.example' is not a public address") as caught:
        check_public("two-faced.example", [PUBLIC, "10.0.0.1"])
    assert "10.0" not in str(caught.value)
    assert "10.0.0.1" in caplog.text


def test_a_workspace_has_only_some_of_the_places() -> None:
    places = Places(3, 2)
    assert [places.take(one) for one in "aaabc"] == [True, True, False, True, False]
    assert places.full() == ["a"]
    places.give_back("a")
    assert places.full() == []
    assert [places.take(one) for one in "cb"] == [True, False]


class Resolver(Network):
    """A resolver that returns these lists of addresses, one after the other. Connections to any of the addresses go to
    one port of this machine."""

    def __init__(self, *answers: list[str], port: int = 0) -> None:
        self.answers, self.port = list(answers), port
        self.connected: list[str] = []

    def addresses(self, host: str, port: int) -> list[str]:
        return self.answers.pop(0)

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        self.connected.append(address)
        if not self.port:
            raise OSError("nothing is there")
        return socket.create_connection(("127.0.0.1", self.port), seconds)


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_called() -> None:
    """A DNS rebinding attack: the resolver first answers with a public address, and then with a private one."""
    network = Resolver([PUBLIC], ["127.0.0.1"])
    to = destination("https://rebinding.example/", ())
    with pytest.raises(NotDelivered, match="nothing is there"):
        post(to, {}, b"{}", network)
    assert network.connected == [PUBLIC]
    with pytest.raises(RefusedDestination, match=r"'rebinding\.example' is not"):
        post(to, {}, b"{}", network)
    assert network.connected == [PUBLIC]


def test_a_host_that_does_not_exist_is_not_delivered_to() -> None:
    with pytest.raises(NotDelivered, match="the address of"):
        post(destination("https://does-not-exist.invalid/", ()), {}, b"{}", Network())


def test_a_redirect_is_an_answer_and_leads_nowhere() -> None:
    with receiving() as inside, receiving() as receiver:
        receiver.answer = lambda _: (302, {"Location": inside.url})
        answer = post(destination(receiver.url, {"127.0.0.1"}), {}, b"{}", Network())
        assert (answer.status, answer.is_accepted, inside.calls) == (302, False, [])


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"]
)
def test_what_does_not_speak_http_has_not_accepted(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(NotDelivered):
            post(destination(f"http://127.0.0.1:{server.getsockname()[1]}/", {"127.0.0.1"}), {}, b"{}", Network())
        thread.join()


def certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A self-signed certificate for a host, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(datetime.now(UTC) - timedelta(days=1))
    builder = builder.not_valid_after(datetime.now(UTC) + timedelta(days=1))
    signed = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(
        key, hashes.SHA256()
    )
    files = folder / f"{host}.pem", folder / f"{host}.key"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The TLS context of a server for hooks.example. Webhook calls trust only its certificate."""
    file, key = certificate(folder, "hooks.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setattr(posting, "_tls", cache(ssl.create_default_context))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return context


@pytest.mark.parametrize("is_tls", [False, True], ids=["plain", "tls"])
def test_a_receiver_that_drips_is_cut_off(is_tls: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte arrives in time, but the response never ends."""
    context = trusted(tmp_path, monkeypatch) if is_tls else None
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def drip() -> None:
            plain, _ = server.accept()
            with context.wrap_socket(plain, server_side=True) if context else plain as connection:
                try:
                    while not ended.wait(0.01):
                        connection.sendall(b"H")
                except OSError:
                    pass

        thread = threading.Thread(target=drip)
        thread.start()
        port = server.getsockname()[1]
        url = "https://hooks.example/" if is_tls else f"http://127.0.0.1:{port}/"
        with pytest.raises(NotDelivered):
            post(destination(url, {"127.0.0.1"}), {}, b"{}", Resolver([PUBLIC], port=port), seconds=0.3)
        ended.set()
        thread.join()


@pytest.mark.parametrize(("asked", "is_accepted"), [("hooks.example", True), ("other.example", False)])
def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    asked: str, is_accepted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = trusted(tmp_path, monkeypatch)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            plain, _ = server.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    while b"{}" not in b"".join(heard):
                        heard.append(connection.recv(4096))
                    connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            except ssl.SSLError:
                plain.close()

        thread = threading.Thread(target=serve)
        thread.start()
        network = Resolver([PUBLIC], port=server.getsockname()[1])
        to = destination(f"https://{asked}/x", ())
        if is_accepted:
            assert post(to, {}, b"{}", network).is_accepted
            assert b"\r\nHost: hooks.example\r\n" in b"".join(heard)
        else:
            with pytest.raises(NotDelivered, match="CERTIFICATE_VERIFY_FAILED"):
                post(to, {}, b"{}", network)
        thread.join()


def headers_now(secret: str, content: bytes) -> dict[str, str]:
    return signed_headers(secret, "exp_1-3", datetime.now(UTC), content)


@pytest.mark.parametrize("secret", [new_secret(), "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], ids=["new", "known"])
def test_the_library_of_standard_webhooks_verifies_our_calls(secret: str) -> None:
    content = b'{"type":"status"}'
    headers = headers_now(secret, content)
    assert Webhook(secret).verify(content, headers) == {"type": "status"}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(content + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(content, headers)


def test_the_signature_is_that_of_the_specification() -> None:
    """An example from the libraries of Standard Webhooks."""
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_the_code_in_the_docs_verifies_our_calls() -> None:
    page = (Path(gradus.__file__).parents[1] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    [code] = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "def verified" in block]
    known: dict[str, Any] = {}
    exec(code, known)  # noqa: S102 (our own docs)
    secret, content = new_secret(), b'{"type":"status"}'
    headers = headers_now(secret, content)
    assert known["verified"](secret, headers, content)
    assert not known["verified"](secret, headers, content + b" ")
    assert not known["verified"](new_secret(), headers, content)
    old = signed_headers(secret, "exp_1-3", datetime.now(UTC) - timedelta(minutes=10), content)
    assert not known["verified"](secret, old, content)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_abc", "whsec_" + "A" * 24, "A" * 44, "whsec_" + "A" * 120, "whsec_é"]
)
def test_a_weak_or_broken_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError):
        WebhookRequest.model_validate({"url": "https://example.com", "secret": secret})


def event(data: str) -> EventRow:
    return EventRow(experiment_id="exp_1", seq=3, kind="status", data=data, at=AT)


def test_a_call_says_what_the_stream_says() -> None:
    row = event('{"id":"exp_1","status":"running","loss":"NaN"}')
    assert message_id(row) == "exp_1-3"
    assert body(row) == (
        b'{"type":"status","timestamp":"2026-11-29T12:00:00.000000Z","experiment_id":"exp_1","seq":3,'
        b'"data":{"id":"exp_1","status":"running","loss":"NaN"},"is_shortened":false}'
    )


def test_a_large_call_has_only_what_matters() -> None:
    row = event('{"id":"exp_1","status":"running","spec":"' + "x" * MAX_BYTES + '"}')
    said = body(row)
    assert len(said) < 1000
    assert b'"data":{"id":"exp_1","status":"running"},"is_shortened":true' in said


def test_calls_are_repeated_for_sixteen_hours() -> None:
    assert 15.5 < sum(DELAYS) / 3600 < 16.5
    assert list(DELAYS) == sorted(DELAYS)
