"""Keys: created over HTTP and on the server's machine, and shown only once."""

import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.keys import main as keys_command
from gradus.wire.key import Role
from hub.access import keys
from hub.hub import Hub
from tests.integration.access.credentials import bearer, make_key, ticket
from tests.servers import patient

ROOT = Path(__file__).parents[3]
SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()


def test_a_key_made_over_http_opens_what_its_role_may_and_is_shown_once(ours: httpx.Client) -> None:
    answer = ours.post("/v1/keys", json={"name": "script", "role": "viewer", "expires_at": SOON})
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    shown = bearer(made.pop("key"))
    assert ours.get("/v1/session", headers=shown).json()["role"] == "viewer"
    listed = {one["id"]: one for one in ours.get("/v1/keys").json()["data"]}
    assert {**listed[made["id"]], "used_at": None} == made
    assert listed[made["id"]]["used_at"] is not None
    assert ours.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert ours.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert ours.get("/v1/session", headers=shown).status_code == 401


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"name": "n", "role": "owner"}, "role"),
        ({"name": "n", "workspace": "theirs"}, "workspace"),
        ({"name": "n", "expires_at": 2_000_000_000}, "expires_at"),
        ({"name": "n", "expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"name": "n", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "n", "expires_at": "9999-12-31T23:59:59-12:00"}, "expires_at"),
        ({"name": "n", "expires_at": "9999-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "n", "expires_at": "0001-01-01T00:00:00+12:00"}, "expires_at"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_its_mistake(ours: httpx.Client, body: object, path: str) -> None:
    answer = ours.post("/v1/keys", json=body)
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["errors"]] == [path]


@pytest.mark.parametrize("key_id", ["key_x", "x", "%00", "é", "key_" + "0" * 300])
def test_an_unknown_key_cannot_be_revoked(ours: httpx.Client, key_id: str) -> None:
    assert ours.delete(f"/v1/keys/{key_id}").status_code == 404


def test_no_secret_gets_into_a_log_or_an_error(url: str, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = make_key(hub, "ours", Role.ADMIN)
    shown = [key.key, ticket(hub, key)]
    heard: list[str] = []
    with patient.Client(base_url=url) as client:
        signed_in = client.post("/v1/session", json={"ticket": shown[1]})
        session = next(iter(signed_in.cookies.values()))
        shown.append(session)
        made = client.post("/v1/keys", json={"name": "n"}, headers=bearer(key.key)).json()
        shown.append(made["key"])
        for secret in shown:
            for headers in (bearer(secret), bearer(f"{secret}0"), {"Cookie": f"gradus_session={secret}"}):
                for method, path in (("GET", "/v1/keys"), ("POST", "/v1/keys"), ("GET", "/v1/experiments/exp_x")):
                    heard.append(client.request(method, path, headers=headers).text)
            for body in ({"key": secret, "ticket": secret}, {"key": [secret]}, {secret: 1}, {"key": f"{secret}0"}):
                heard.append(client.post("/v1/session", json=body).text)
    logged = [one.getMessage() for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    assert logged
    text = "\n".join([*logged, *heard])
    assert [secret for secret in shown if secret.rpartition("_")[2] in text] == []


def test_the_first_key_is_made_on_the_server_s_own_machine(
    hub: Hub, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADUS_DATABASE_URL", hub.settings.database_url)
    keys_command(["create", "--role", "admin", "--workspace", "ours", "--days", "30", "ada"])
    made = capsys.readouterr()
    key = made.out.strip()
    assert key not in made.err
    who = patient.get(f"{url}/v1/session", headers=bearer(key)).json()
    assert (who["workspace"], who["role"]) == ("ours", "admin")
    keys_command(["list", "--workspace", "ours"])
    assert f"{who['key_id']}  admin   good      ada" in capsys.readouterr().out
    keys_command(["revoke", "--workspace", "ours", who["key_id"]])
    assert patient.get(f"{url}/v1/session", headers=bearer(key)).status_code == 401
    with pytest.raises(SystemExit, match="has no key"):
        keys_command(["revoke", who["key_id"]])
    with pytest.raises(SystemExit, match="not a valid workspace name"):
        keys_command(["create", "--workspace", "No Name", "ada"])


def test_the_service_does_not_listen_beyond_this_machine_without_a_key(hub: Hub) -> None:
    env = {"GRADUS_DATABASE_URL": hub.settings.database_url}
    command = [sys.executable, "-m", "api", "--host", "0.0.0.0", "--port", "0"]  # noqa: S104
    refused = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 1
    assert "python -m api.keys create" in refused.stderr
    with hub.read() as session:
        assert not keys.any_valid(session, datetime.now(UTC))


def test_a_key_may_last_until_a_year_of_four_digits_and_is_told_in_utc(ours: httpx.Client) -> None:
    made = ours.post("/v1/keys", json={"name": "n", "expires_at": "9998-12-31T11:59:59-12:00"})
    assert made.status_code == 201
    assert made.json()["expires_at"] == "9998-12-31T23:59:59.000000Z"
    assert made.json()["expires_at"] in [one["expires_at"] for one in ours.get("/v1/keys").json()["data"]]


@pytest.mark.parametrize("days", ["0", "-1", "36501", "9" * 30])
def test_a_key_made_at_the_server_expires_in_some_days(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        keys_command(["create", "--days", days, "ada"])
    assert "--days: from 1 to 36500" in capsys.readouterr().err
