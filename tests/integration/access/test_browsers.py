"""Browsers: sessions, sign-in links, and pages of other origins."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from itertools import islice

import httpx
import pytest

from api.app import create_app
from gradus.wire.key import Role
from hub.access.browser_sessions import SessionKind
from hub.hub import Hub
from tests.integration.access.credentials import JSON, SPEC, bearer, make_key, revoke, serving, ticket
from tests.servers import patient


@pytest.fixture
def browser(url: str) -> Iterator[httpx.Client]:
    """A client that keeps cookies and sends the origin of its requests, as browsers do."""
    with httpx.Client(base_url=url, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"}, timeout=60) as browser:
        yield browser


def sign_in(browser: httpx.Client, hub: Hub) -> httpx.Response:
    answer = browser.post("/v1/session", json={"key": make_key(hub).key})
    assert answer.status_code == 201
    return answer


def test_a_key_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(browser: httpx.Client, hub: Hub) -> None:
    answer = sign_in(browser, hub)
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == "/"
    assert 0 < int(cookie["max-age"]) <= SessionKind.SESSION.life.total_seconds()
    assert not cookie["secure"]
    assert answer.json()["role"] == "editor"
    assert browser.get("/v1/session").json() == answer.json()


def test_a_session_is_good_behind_a_proxy_that_asks_for_a_password(browser: httpx.Client, hub: Hub) -> None:
    """Browsers send the password for the proxy with every request; the service must not take it for a key."""
    sign_in(browser, hub)
    browser.headers["Authorization"] = "Basic bGFiOmxhYg=="
    assert browser.post("/v1/experiments", json=SPEC).status_code == 201
    del browser.headers["Origin"], browser.headers["Sec-Fetch-Site"]
    assert browser.post("/v1/experiments", json=SPEC).status_code == 403


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("https://lab.example", "lab.example:443", 201),  # nginx's $host:$server_port
        ("http://LAB.example", "lab.example:80", 201),
        ("https://lab.example:443", "lab.example", 201),
        ("http://lab.example", "lab.example:443", 403),
        ("https://lab.example:80", "lab.example", 403),
        ("https://lab.example:44", "lab.example:443", 403),
        ("https://lab.example:99999", "lab.example", 403),
    ],
)
def test_a_page_is_our_own_whether_or_not_its_usual_port_is_named(
    url: str, hub: Hub, origin: str, host: str, status: int
) -> None:
    cookie = f"gradus_session={ticket(hub, make_key(hub), SessionKind.SESSION)}"
    headers = {"Origin": origin, "Host": host, "Cookie": cookie}
    assert patient.post(f"{url}/v1/experiments", json=SPEC, headers=headers).status_code == status


def test_over_https_the_cookie_never_travels_without_it(browser: httpx.Client, hub: Hub) -> None:
    """The service trusts a proxy on this machine to say that the browser uses HTTPS."""
    answer = browser.post("/v1/session", json={"key": make_key(hub).key}, headers={"X-Forwarded-Proto": "https"})
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie["secure"]
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(("trusted", "secure"), [("127.0.0.2", True), ("127.0.0.1", False)])
def test_of_a_proxy_elsewhere_it_is_believed_once_it_is_named(hub: Hub, trusted: str, secure: bool) -> None:
    proxy = httpx.HTTPTransport(local_address="127.0.0.2")
    app = create_app(hub, trusted_proxies=trusted)
    with serving(app) as url, httpx.Client(base_url=url, transport=proxy) as client:
        headers = {"X-Forwarded-Proto": "https", "Host": "lab.example"}
        answer = client.post("/v1/session", json={"key": make_key(hub).key}, headers=headers)
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert bool(cookie["secure"]) is secure
    assert ("strict-transport-security" in answer.headers) is secure


def test_localhost_is_not_told_to_be_https_alone(browser: httpx.Client) -> None:
    """Browsers would use only HTTPS for a year, for every other program on `localhost`, too."""
    answer = browser.get("/healthz", headers={"X-Forwarded-Proto": "https", "Host": "localhost:8443"})
    assert "strict-transport-security" not in answer.headers


def test_signing_out_ends_the_session_even_for_who_kept_the_cookie(browser: httpx.Client, hub: Hub) -> None:
    sign_in(browser, hub)
    kept = dict(browser.cookies)
    assert browser.delete("/v1/session").status_code == 204
    assert not browser.cookies
    browser.cookies.update(kept)
    assert browser.get("/v1/session").status_code == 401


def test_a_link_signs_in_once(browser: httpx.Client, hub: Hub) -> None:
    key = make_key(hub, role=Role.VIEWER)
    link = browser.post("/v1/session/links", headers=bearer(key.key)).json()
    page, _, shown = link["path"].partition("#")
    assert browser.get(page).status_code == 200
    answers = [browser.post("/v1/session", json={"ticket": shown}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 401]
    assert browser.get("/v1/session").json()["key_id"] == key.id


def test_a_revoked_key_ends_its_browsers_sessions(browser: httpx.Client, hub: Hub) -> None:
    key = make_key(hub)
    browser.post("/v1/session", json={"key": key.key})
    assert browser.get("/v1/session").status_code == 200
    revoke(hub, key)
    assert browser.get("/v1/session").status_code == 401


@pytest.mark.parametrize("body", [{}, {"key": "a", "ticket": "b"}, {"key": 1}, {"token": "gk_secret"}, []])
def test_signing_in_with_something_else_is_refused_without_repeating_it(browser: httpx.Client, body: object) -> None:
    answer = browser.post("/v1/session", json=body)
    assert answer.status_code == 422
    assert "gk_secret" not in answer.text


def test_a_stranger_may_send_no_more_than_a_key_needs(browser: httpx.Client, hub: Hub) -> None:
    padded = {"key": make_key(hub).key + " " * 5000}
    assert browser.post("/v1/session", json=padded).status_code == 413
    assert browser.post("/v1/session", content=iter([b"{", b" " * 5000]), headers=JSON).status_code == 413


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "http://[::1"},
    {"Origin": "http://a]b"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", [*FOREIGN, {}])
def test_a_page_of_another_origin_changes_nothing_with_the_session(url: str, hub: Hub, headers: dict[str, str]) -> None:
    """Requests that do not name their origin are refused as well, because browsers always name it."""
    session = ticket(hub, make_key(hub), SessionKind.SESSION)
    with patient.Client(base_url=url, cookies={"gradus_session": session}) as client:
        refused = client.post("/v1/experiments", json=SPEC, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign_page")
        assert client.post("/v1/experiments/exp_x/cancel", headers=headers).status_code == 403
        assert client.get("/v1/experiments", headers=headers).json()["data"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost"},
        {"Host": "127.0.0.1"},
        {"Host": "[::1]:8000"},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"Authorization": "Bearer gk_wrong"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_to_come_from_this_machine_opens_nothing(shared_url: str, headers: dict[str, str]) -> None:
    """Requests from this machine may come from a proxy with its default settings, from every other user, or from a page
    whose host name was changed to resolve to this machine."""
    for method, path in (("GET", "/v1/experiments"), ("POST", "/v1/experiments"), ("GET", "/metrics")):
        refused = patient.request(method, f"{shared_url}{path}", headers=headers)
        assert refused.status_code == 401
        assert "client.json in its data folder" in refused.json()["detail"]


def test_who_has_no_key_is_not_told_where_anything_lies(shared_url: str, module_hub: Hub) -> None:
    assert str(module_hub.settings.data_dir) not in patient.get(f"{shared_url}/v1/session").text


def test_services_at_two_ports_of_one_machine_keep_their_browsers(
    url: str, shared_url: str, hub: Hub, module_hub: Hub
) -> None:
    """A browser sends a cookie to every port of a host, and keeps only one cookie of each name."""
    with patient.Client() as browser:
        for one, its_hub in ((url, hub), (shared_url, module_hub)):
            assert browser.post(f"{one}/v1/session", json={"key": make_key(its_hub).key}).status_code == 201
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
    for one in (url, shared_url):
        assert patient.get(f"{one}/v1/session", headers={"Cookie": cookies}).status_code == 200


def test_no_page_of_another_origin_gets_leave_to_read(shared_url: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answers = [
        httpx.options(f"{shared_url}/v1/experiments", headers=asked),
        patient.get(f"{shared_url}/v1/experiments", headers=asked),
    ]
    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control")]


def test_signing_out_ends_the_streams_of_that_session_alone(url: str, browser: httpx.Client, hub: Hub) -> None:
    key = make_key(hub)
    browser.post("/v1/session", json={"key": key.key})
    with httpx.Client(base_url=url, headers=browser.headers, timeout=60) as other:
        other.post("/v1/session", json={"key": key.key})
        with other.stream("GET", "/v1/events") as going, browser.stream("GET", "/v1/events") as ending:
            assert browser.delete("/v1/session").status_code == 204
            assert any("session is no longer valid" in line for line in islice(ending.iter_lines(), 60))
            assert not any("no longer valid" in line for line in islice(going.iter_lines(), 8))
