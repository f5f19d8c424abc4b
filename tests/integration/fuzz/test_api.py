"""Requests by the thousand that nobody would think of, drawn from the OpenAPI document by schemathesis.

Each answer is held against the document: no status, media type, header or body that it does not tell of, no 5xx,
`Allow` with every 405, nothing without a key that needs one, nothing accepted that the schema forbids, nothing there
any more that was deleted.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.routes import answering
from gradus.wire.key import Role
from hub.experiments import lists
from hub.hub import Hub
from tests.integration.access.credentials import bearer, make_key, serving

CONFIG = Path(__file__).with_name("schemathesis.toml")
CASES = 2_000


def fuzz(folder: Path, url: str, *options: str) -> int:
    """How many requests were answered as the document says; fail with those that were not."""
    report = folder / "report.json"
    httpx.get(f"{url}/openapi.json", timeout=300).raise_for_status()  # to make it takes longer than schemathesis waits
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{url}/openapi.json"]
    command += ["--report", "json", "--report-json-path", str(report), "--no-color", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    cases = json.loads(report.read_text())["test_cases"]
    assert (cases["with_failures"], cases["errored"]) == (0, 0)
    return int(cases["generated"])


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_whatever_is_asked_the_answer_is_a_documented_one(
    hub: Hub, tmp_path: Path, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "DEFAULT_SECONDS", 0)  # no worker answers here
    key = bearer(make_key(hub, "default", Role.ADMIN).key)
    with serving(create_app(hub)) as url:
        count = fuzz(tmp_path, url, "--header", f"Authorization: {key['Authorization']}")
        assert httpx.get(f"{url}/v1/session", headers=key).status_code == 200  # to the end it had a good key
    record_property("requests", count)
    assert count >= CASES


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_whatever_is_asked_without_a_key_the_answer_is_a_documented_one(hub: Hub, tmp_path: Path) -> None:
    with serving(create_app(hub, strangers_per_minute=1_000_000)) as url:
        assert fuzz(tmp_path, url, "--phases", "examples,fuzzing", "--max-examples", "6") >= 200
    with hub.read() as session:
        assert lists.count_by_status(session) == {}
