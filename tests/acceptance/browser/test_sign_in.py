"""A browser at a service that asks for keys."""

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from gradus.wire.key import Role
from hub.hub import Hub
from hub.migrate import upgrade
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.chromium import visiting
from tests.integration.access.doors import make_key, revoke, serving, ticket


@pytest.fixture(scope="module")
def hub(valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder: Path = tmp_path_factory.mktemp("keyed")
    upgrade(url := f"sqlite:///{folder / 'gradus.db'}")
    hub = Hub(Settings(url, valkey.url, str(folder / "artifacts"), folder, (folder,)))
    yield hub
    hub.close()


@pytest.fixture(scope="module")
def url(hub: Hub) -> Iterator[str]:
    with serving(create_app(hub)) as url:
        yield url


@pytest.fixture
def stranger(browser: Browser, url: str) -> Iterator[Page]:
    """Somebody who has not signed in."""
    with visiting(browser, url) as (context, complaints):
        complaints.strangers = True
        yield context.new_page()


def test_a_stranger_signs_in_with_a_key_and_comes_to_where_he_wanted(stranger: Page, hub: Hub) -> None:
    stranger.goto("/?status=failed")
    expect(stranger).to_have_url(re.compile(r"/sign-in\?next=%2F%3Fstatus%3Dfailed$"))
    assert barriers(stranger) == []
    stranger.get_by_label("API key").fill("gk_wrong")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("status")).to_contain_text("not known")
    stranger.get_by_label("API key").fill(make_key(hub).key)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", name="Nothing fits the filter")).to_be_visible()
    assert stranger.url.endswith("/?status=failed")
    expect(stranger.locator(".connection")).to_have_text("live")


def test_a_shared_spec_outlives_the_sign_in(stranger: Page, hub: Hub) -> None:
    spec = {"dataset": "wine", "layers": [7]}
    stranger.goto(f"/new#spec={base64.urlsafe_b64encode(json.dumps(spec).encode()).decode().rstrip('=')}")
    stranger.get_by_label("API key").fill(make_key(hub).key)
    stranger.get_by_role("button", name="Sign in").click()
    assert json.loads(stranger.get_by_label("The document as JSON").input_value()) == spec


def test_who_signs_out_is_out(stranger: Page, hub: Hub) -> None:
    stranger.goto(f"/sign-in#{ticket(hub, make_key(hub))}")
    stranger.get_by_role("button", name="Sign out").click()
    expect(stranger.get_by_role("heading", name="Sign in to Gradus")).to_be_visible()
    stranger.goto("/")
    expect(stranger.get_by_role("heading", name="Sign in to Gradus")).to_be_visible()


def test_a_revoked_key_leads_back_to_the_sign_in(stranger: Page, hub: Hub) -> None:
    key = make_key(hub)
    stranger.goto(f"/sign-in#{ticket(hub, key)}")
    expect(stranger.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    revoke(hub, key)
    stranger.get_by_role("button", name="A few seconds of digits").click()
    expect(stranger.get_by_role("heading", name="Sign in to Gradus")).to_be_visible()


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "//"]
)
def test_a_sign_in_never_leads_to_another_s_page(stranger: Page, hub: Hub, elsewhere: str) -> None:
    stranger.goto(f"/sign-in?next={elsewhere}#{ticket(hub, make_key(hub))}")
    expect(stranger.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()


def test_a_snippet_says_where_the_key_goes(stranger: Page, hub: Hub, url: str) -> None:
    """Last of the module: now something has been trained."""
    key = make_key(hub, role=Role.EDITOR)
    document = {"dataset": "wine", "layers": [4], "epochs": 1}
    one = httpx.post(f"{url}/v1/experiments", json=document, headers={"Authorization": f"Bearer {key.key}"}).json()
    stranger.goto(f"/sign-in#{ticket(hub, key)}")
    stranger.wait_for_url(f"{url}/")
    stranger.goto(f"/experiments/{one['id']}")
    snippet = stranger.get_by_role("region", name="curl snippet").inner_text()
    env = {**os.environ, "GRADUS_KEY": key.key}
    done = subprocess.run(["bash", "-c", snippet], env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["fingerprint"] == one["fingerprint"]
