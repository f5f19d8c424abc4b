"""Access to every route with every kind of key, and without one. The routes are taken from the application, so that the
tests include new ones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from gradus.wire.key import NewKey, Role
from hub.access.browser_sessions import SessionKind
from hub.hub import Hub
from hub.ids import new_id
from tests.asked import predicted
from tests.integration.access.credentials import (
    SPEC,
    Address,
    addresses,
    ask,
    bearer,
    expire,
    make_key,
    revoke,
    serving,
    ticket,
)

DASHBOARD = (
    "/",
    "/experiments",
    "/experiments/{id}",
    "/new",
    "/compare",
    "/sweeps",
    "/sweeps/{id}",
    "/data",
    "/data/{id}",
    "/lab",
    "/system",
)
FILES = ("/pages/{version}/dashboard.css", "/plotly/plotly.min.js")
UNDESCRIBED = (*DASHBOARD, *FILES, "/docs", "/sign-in", "/openapi.json")
"""What people see, and the document itself."""
PAGES = (*UNDESCRIBED, "/healthz", "/readyz")
PROBES = ("/v2", "/v2/health/live", "/v2/health/ready")
OPEN = {Address("GET", path) for path in (*PAGES, *PROBES)} | {Address("POST", "/v1/session")}
"""Routes that need no key, because they show nothing private. Signing in needs a key in the body."""
ANY_ROLE = {
    Address("DELETE", "/v1/session"),
    Address("POST", "/v1/session/links"),
    Address("POST", "/v1/lab/{demonstration}"),
    Address("POST", "/v1/probes"),
    Address("POST", "/v1/experiments/{experiment_id}/predict"),
    Address("POST", "/v1/experiments/{experiment_id}/pictures/activations.png"),
    Address("POST", "/v1/experiments/{experiment_id}/pictures/activations"),
    Address("POST", "/v1/experiments/{experiment_id}/predict/history"),
    Address("POST", "/v1/sweeps/{sweep_id}/predict"),
    Address("POST", "/v2/models/{model}/infer"),
    Address("POST", "/v2/models/{model}/versions/{version}/infer"),
}
ADMIN = {Address("POST", "/v1/keys"), Address("GET", "/v1/keys"), Address("DELETE", "/v1/keys/{key_id}")}
NOBODYS = {"number", "row", "demonstration", "file", "version"}
"""Path parameters of things that belong to no workspace: parts, versions, demonstrations, exports."""
OPERATOR = {Address("GET", "/metrics")}
"""Routes for admins of the default workspace only."""


@dataclass(frozen=True)
class House:
    """A service with one experiment in the workspace `default`, and a key of every kind."""

    app: FastAPI
    hub: Hub
    client: httpx.Client
    keys: dict[str, NewKey]

    def experiment(self) -> str:
        made = self.client.post("/v1/experiments", json=SPEC, headers=bearer(self.keys["editor"].key))
        assert made.status_code == 201
        return str(made.json()["id"])

    def dataset(self) -> str:
        csv = {"Content-Type": "text/csv"}
        made = self.client.post(
            "/v1/datasets",
            params={"name": new_id("d")},
            content=b"a\n1\n",
            headers=csv | bearer(self.keys["editor"].key),
        )
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def upload(self) -> str:
        made = self.client.post("/v1/uploads", json={"size": 2}, headers=bearer(self.keys["editor"].key))
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def webhook(self) -> str:
        asked = {"url": "https://example.com/"}
        made = self.client.post("/v1/webhooks", json=asked, headers=bearer(self.keys["editor"].key))
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def sweep(self) -> str:
        asked = {"base": SPEC, "variants": {"+ batch norm": {"batch_norm": True}}}
        made = self.client.post("/v1/sweeps", json=asked, headers=bearer(self.keys["editor"].key))
        assert made.status_code == 201, made.text
        return str(made.json()["id"])


@pytest.fixture(scope="module")
def house(module_hub: Hub) -> Iterator[House]:
    keys: dict[str, NewKey] = {role: make_key(module_hub, "default", role) for role in Role}
    keys |= {name: make_key(module_hub, "default", Role.ADMIN) for name in ("revoked", "expired")}
    keys["other"] = make_key(module_hub, "other", Role.ADMIN)
    revoke(module_hub, keys["revoked"])
    expire(module_hub, keys["expired"])
    app = create_app(module_hub, strangers_per_minute=1_000_000)
    with serving(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield House(app, module_hub, client, keys)


def guarded(house: House) -> list[Address]:
    return [address for address in addresses(house.app.routes) if address not in OPEN]


def needed(address: Address) -> Role:
    """The role that the request needs. Viewers may read and editors may change, with the exceptions above."""
    if address in ADMIN | OPERATOR:
        return Role.ADMIN
    return Role.VIEWER if address.method == "GET" or address in ANY_ROLE else Role.EDITOR


def test_the_exceptions_are_routes_that_exist(house: House) -> None:
    assert set(addresses(house.app.routes)) >= OPEN | ANY_ROLE | ADMIN | OPERATOR


def test_the_document_describes_every_method_of_every_route_but_the_pages(
    house: House, openapi: dict[str, Any]
) -> None:
    described = {Address(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods}
    served = {Address(one.method, one.path.replace(":path}", "}")) for one in addresses(house.app.routes)}
    pages = {Address("GET", path) for path in UNDESCRIBED}
    assert (served - described, described - served) == (pages, set())


def test_nothing_outside_of_v1_is_guarded_by_accident_or_open_by_accident(house: House) -> None:
    assert {address for address in guarded(house) if not address.path.startswith(("/v1/", "/v2"))} == OPERATOR


def test_what_is_open_answers_everybody(house: House) -> None:
    for address in OPEN:
        assert ask(house.client, address, {}).status_code not in {401, 403, 404, 405}, address


def nobody(house: House) -> dict[str, dict[str, str]]:
    """Headers that are not accepted, by what is wrong with them."""
    good = house.keys["admin"].key
    session = ticket(house.hub, house.keys["viewer"], SessionKind.SESSION)
    return {
        "nothing": {},
        "an empty header": {"Authorization": ""},
        "no scheme": {"Authorization": good},
        "another scheme": {"Authorization": f"Basic {good}"},
        "no key": {"Authorization": "Bearer"},
        "a word": bearer("admin"),
        "part of a key": bearer(good[:-1]),
        "another's secret": bearer(good[:30] + house.keys["viewer"].key[30:]),
        "an unknown id": bearer("gk_" + "0" * 26 + good[29:]),
        "a revoked key": bearer(house.keys["revoked"].key),
        "an expired key": bearer(house.keys["expired"].key),
        "a session as a key": bearer(session),
        "a key as a session": {"Cookie": f"gradus_session={good}"},
        "an unknown session": {"Cookie": f"gradus_session={session[:-1]}" + ("1" if session.endswith("0") else "0")},
        "a revoked key's session": {"Cookie": "gradus_session=" + revoked_session(house)},
        "a bad key and a good session": {**bearer("admin"), "Cookie": f"gradus_session={session}"},
        "a ticket as a session": {"Cookie": "gradus_session=" + ticket(house.hub, house.keys["admin"])},
        "a local proxy": {"X-Forwarded-For": "127.0.0.1"},
    }


def revoked_session(house: House) -> str:
    key = make_key(house.hub, "default", Role.ADMIN)
    session = ticket(house.hub, key, SessionKind.SESSION)
    revoke(house.hub, key)
    return session


def test_nobody_gets_in_without_a_good_key(house: House) -> None:
    experiment, visitors = house.experiment(), nobody(house)
    for address in guarded(house):
        for shown, headers in visitors.items():
            answer = ask(house.client, address, headers, experiment_id=experiment)
            assert (answer.status_code, answer.headers.get("www-authenticate")) == (401, 'Bearer realm="gradus"'), (
                f"{address} with {shown}: {answer.status_code}"
            )
            assert answer.headers["content-type"] == "application/problem+json"


def test_the_answer_does_not_tell_what_was_wrong_with_a_key(house: House) -> None:
    shown = {name: headers for name, headers in nobody(house).items() if headers.keys() & {"Authorization", "Cookie"}}
    bodies = {house.client.get("/v1/system", headers=headers).text for headers in shown.values()}
    assert len(bodies) == 1


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("way", ["key", "session"])
def test_each_role_may_what_it_may_and_no_more(house: House, role: Role, way: str) -> None:
    headers = bearer(house.keys[role].key)
    if way == "session":
        session = ticket(house.hub, house.keys[role], SessionKind.SESSION)
        headers = {"Cookie": f"gradus_session={session}", "Origin": str(house.client.base_url).rstrip("/")}
    for address in guarded(house):
        if way == "session" and address == Address("DELETE", "/v1/session"):
            continue  # it would end this session
        new = {"experiment_id": house.experiment()} if "{experiment_id}" in address.path else {}
        answer = ask(house.client, address, headers, **new)
        if role.may(needed(address)):
            assert answer.status_code not in {401, 403, 500}, f"{address}: {answer.text}"
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "role"), str(address)


def test_a_viewer_may_preview_an_experiment_and_store_none(house: House) -> None:
    headers = bearer(house.keys["viewer"].key)

    def post(query: str, path: str = "/v1/experiments") -> httpx.Response:
        return house.client.post(f"{path}?{query}", json=SPEC, headers=headers)

    assert [layer["name"] for layer in post("dry_run=true").json()["layers"]][-1] == "output"
    for query in (
        "",
        "dry_run=false",
        "dry_run=true&dry_run=false",
        "dry_run=false&dry_run=true",
        "dry_run=",
        "x=true",
    ):
        assert post(query).status_code == 403, query
    one = house.experiment()
    for path in (f"/v1/experiments/{one}/cancel", f"/v1/experiments/{one}/fork", "/v1/keys"):
        assert post("dry_run=true", path).status_code == 403, path


def test_what_belongs_to_another_workspace_is_told_from_what_is_not_there_by_nothing(house: House) -> None:
    """Every route with an id gives the same response for an id of another workspace as for an id that does not
    exist."""
    experiment = house.experiment()
    mine = {
        "experiment_id": experiment,
        "predictions_id": predicted(house.hub, "default", experiment),
        "model": house.experiment(),
        "sweep_id": house.sweep(),
        "dataset": house.dataset(),
        "upload_id": house.upload(),
        "webhook_id": house.webhook(),
        "key_id": house.keys["editor"].id,
    }
    none = {name: new_id(one.partition("_")[0]) for name, one in mine.items()}
    other = bearer(house.keys["other"].key)
    for address in guarded(house):
        if not set(re.findall(r"{(\w+)}", address.path)) - NOBODYS:
            continue
        answers = [
            ask(house.client, address, other, number="1", row="0", file="model.onnx", **ids) for ids in (mine, none)
        ]
        assert facts(answers[0], mine) == facts(answers[1], none), str(address)
        assert answers[0].status_code in {404, 422}, str(address)
    viewer = bearer(house.keys["viewer"].key)
    still = house.client.get(f"/v1/experiments/{mine['experiment_id']}", headers=viewer).json()
    assert (still["status"], still["name"]) == ("queued", "")
    assert house.client.get(f"/v1/sweeps/{mine['sweep_id']}", headers=viewer).json()["status"] == "queued"


def facts(answer: httpx.Response, ids: dict[str, str]) -> Any:
    kept = {name: value for name, value in answer.headers.items() if not name.startswith("ratelimit")}
    text = answer.text
    for name, one in ids.items():
        text = text.replace(one, name)
    return answer.status_code, text, kept.keys()


def test_the_operator_s_numbers_are_for_the_default_workspace_alone(house: House) -> None:
    for who, status in (("admin", 200), ("editor", 403), ("other", 403)):
        assert house.client.get("/metrics", headers=bearer(house.keys[who].key)).status_code == status
