"""Thousands of random requests, drawn from the OpenAPI document by schemathesis.

Each response is checked against the document: no status, media type, header or body that it does not describe, no 5xx,
`Allow` with every 405, no access without a key where one is needed, no request accepted that the schema forbids, and no
deleted object found.

Each kind of fault is sent to each place once. `TESTS_FUZZ_ALL=1 scripts/test tests/integration/fuzz` sends everything
that schemathesis draws, which takes several times as long.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.routes import answering
from gradus.wire.key import Role
from hub.access import rate_limits
from hub.experiments import lists
from hub.hub import Hub
from hub.messaging import circuit_breaker
from tests.integration.access.credentials import bearer, make_key, serving
from tests.servers import patient

CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("parts.py")
CASES = 4_500


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for Redis. On a busy machine it may answer slowly, and `/readyz` would report that it does not
    answer."""
    for module in (circuit_breaker, rate_limits):
        monkeypatch.setattr(module, "ANSWER_SECONDS", 60.0)


def fuzz(folder: Path, url: str, *options: str, **more: str) -> int:
    """Send the requests; returns how many got a response that the document describes. Fails if a response is not
    described."""
    report = folder / "report.json"
    httpx.get(f"{url}/openapi.json", timeout=300).raise_for_status()  # to make it takes longer than schemathesis waits
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{url}/openapi.json"]
    command += ["--report", "json", "--report-json-path", str(report), "--no-color", *options]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS), **more}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    cases = json.loads(report.read_text())["test_cases"]
    assert (cases["with_failures"], cases["errored"]) == (0, 0)
    return int(cases["generated"])


@pytest.mark.timeout(3600 if "TESTS_FUZZ_ALL" in os.environ else 1200)
@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_whatever_is_asked_the_answer_is_a_documented_one(
    hub: Hub, tmp_path: Path, record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "DEFAULT_SECONDS", 0)  # no worker answers here
    own = make_key(hub, "default", Role.ADMIN)
    key = bearer(own.key)
    options = ["--max-examples", "6", "--header", f"Authorization: {key['Authorization']}"]
    with serving(create_app(hub)) as url:
        count = fuzz(tmp_path, url, *options, TESTS_FUZZ_OWN_KEY=own.id)
        assert patient.get(f"{url}/v1/session", headers=key).status_code == 200  # to the end it had a good key
    record_property("requests", count)
    assert count >= CASES


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_whatever_is_asked_without_a_key_the_answer_is_a_documented_one(hub: Hub, tmp_path: Path) -> None:
    with serving(create_app(hub, strangers_per_minute=1_000_000)) as url:
        assert fuzz(tmp_path, url, "--phases", "examples,fuzzing", "--max-examples", "3") >= 200
    with hub.read() as session:
        assert lists.count_by_status(session) == {}
