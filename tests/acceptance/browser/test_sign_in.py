"""Signing in with a browser."""

import base64
import json
import os
import re
import subprocess
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gradus.client import Credentials
from gradus.wire.key import NewKey
from hub.hub import Hub
from hub.settings import Settings
from hub.valkey.config import read_access
from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.answering import Asked, answer, hold
from tests.acceptance.browser.chromium import visiting
from tests.acceptance.browser.conftest import Up
from tests.acceptance.browser.reference import only
from tests.integration.access.credentials import make_key, revoke, ticket
from tests.servers import patient

WORKSPACE = "sign-in"


@pytest.fixture(scope="module")
def hub(up: Up) -> Iterator[Hub]:
    """A hub on the database of the service, to see and change what no page offers."""
    valkey = read_access(up.folder / "valkey" / "valkey.conf")
    assert valkey is not None
    env = {"GRADUS_DATA_DIR": str(up.folder), "GRADUS_REDIS_URL": valkey.url}
    hub = Hub(Settings.from_env(env))
    yield hub
    hub.close()


def key_of(hub: Hub) -> NewKey:
    """A new key of an editor of these tests' workspace."""
    return make_key(hub, WORKSPACE)


@pytest.fixture
def stranger(profile: BrowserContext, url: str) -> Iterator[Page]:
    """The page of a visitor who has not signed in."""
    with visiting(profile, Credentials(url)) as (page, complaints):
        complaints.strangers = True
        yield page


def test_a_stranger_signs_in_with_a_key_and_comes_to_where_he_wanted(stranger: Page, hub: Hub) -> None:
    stranger.goto("/?status=failed")
    expect(stranger).to_have_url(re.compile(r"/sign-in\?next=%2F%3Fstatus%3Dfailed$"))
    expect(stranger.get_by_text("gradus open", exact=True)).to_be_visible()
    assert barriers(stranger) == []
    stranger.get_by_label("API key").fill("gk_wrong")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("status")).to_contain_text("not known")
    stranger.get_by_label("API key").fill(key_of(hub).key)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", name="No experiments match the filter")).to_be_visible()
    assert stranger.url.endswith("/?status=failed")
    expect(stranger.locator(".connection")).to_have_text("live")


def test_a_visitor_faster_than_the_script_keeps_where_he_wanted_to_go(stranger: Page, hub: Hub) -> None:
    held = hold(stranger, "*/pages/sign-in.js")
    stranger.goto("/sign-in?next=/system", wait_until="commit")
    stranger.get_by_label("API key").fill(key_of(hub).key)
    stranger.get_by_label("API key").press("Enter")
    expect(stranger.get_by_role("button", name="Sign in")).to_be_disabled()
    held.pop().go_on()
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger).to_have_url(re.compile(r"/system$"))


def test_a_shared_spec_outlives_the_sign_in(stranger: Page, hub: Hub) -> None:
    spec = {"dataset": "wine", "layers": [7]}
    stranger.goto(f"/new#spec={base64.urlsafe_b64encode(json.dumps(spec).encode()).decode().rstrip('=')}")
    stranger.get_by_label("API key").fill(key_of(hub).key)
    stranger.get_by_role("button", name="Sign in").click()
    assert json.loads(stranger.get_by_label("The document as JSON").input_value()) == spec


def test_who_signs_out_is_out(stranger: Page, hub: Hub) -> None:
    stranger.goto(f"/sign-in#{ticket(hub, key_of(hub))}")
    stranger.get_by_role("button", name="Sign out").click()
    expect(stranger.get_by_role("heading", name="Sign in to Gradus")).to_be_visible()
    stranger.goto("/")
    expect(stranger.get_by_role("heading", name="Sign in to Gradus")).to_be_visible()


def test_a_revoked_key_leads_back_to_the_sign_in(stranger: Page, hub: Hub) -> None:
    key = key_of(hub)
    stranger.goto(f"/sign-in#{ticket(hub, key)}")
    expect(stranger.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    revoke(hub, key)
    stranger.get_by_role("button", name="A few seconds of digits").click()
    expect(stranger.get_by_role("heading", name="Sign in to Gradus")).to_be_visible()


ELSEWHERE = (
    *("https://example.org/", "//example.org", "/\\example.org", "\\\\example.org", "https:example.org", "//", "http:"),
    *("javascript:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "data:text/html,x", "blob:{url}/x"),
    *("/\t/example.org", "\n//example.org", "{url}@example.org/", "{url}.example.org/"),
)
"""Addresses that do not lead to this service."""
BELOW = (
    "/.//example.org",
    "/..//example.org",
    "/a/..//example.org",
    "/./\\example.org",
    "/%2f/example.org",
    "{url}//example.org",
)
"""Addresses of pages that this service does not have. If they were resolved twice, some would lead to another host."""


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_sign_in_never_leads_to_another_s_page(stranger: Page, hub: Hub, url: str, elsewhere: str) -> None:
    stranger.goto(f"/sign-in?next={quote(elsewhere.format(url=url))}#{ticket(hub, key_of(hub))}")
    expect(stranger.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()


@pytest.mark.parametrize("below", BELOW)
def test_a_sign_in_stays_at_this_service_whatever_the_path(stranger: Page, hub: Hub, url: str, below: str) -> None:
    def only_here(asked: Asked) -> None:
        if asked.url.startswith(f"{url}/sign-in?"):  # which names it, too
            asked.go_on()
        elif asked.url.startswith(url):
            asked.fulfill("here", content_type="text/html")
        else:
            asked.fail()

    answer(stranger, "*example.org*", only_here)
    stranger.goto(f"/sign-in?next={quote(below.format(url=url))}#{ticket(hub, key_of(hub))}")
    expect(stranger.get_by_text("here", exact=True)).to_be_visible()
    assert stranger.url.startswith(f"{url}/")


def test_a_link_that_was_used_works_on_in_the_browser_that_used_it(stranger: Page, hub: Hub) -> None:
    link = f"/sign-in#{ticket(hub, key_of(hub))}"
    for _ in range(2):
        stranger.goto(link)
        expect(stranger.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
        stranger.goto("about:blank")
    stranger.context.clear_cookies()
    stranger.goto(link)
    expect(stranger.get_by_role("status")).to_contain_text("gradus open")


def test_the_reference_s_requests_work_for_who_is_signed_in(stranger: Page, hub: Hub) -> None:
    answer(stranger, "*/openapi.json", only("about"))
    stranger.goto("/docs")
    expect(stranger.get_by_text("You are not signed in")).to_be_visible()
    stranger.goto(f"/sign-in?next=/docs#{ticket(hub, key_of(hub))}")
    stranger.locator("[id^=operations-about-]").first.click()
    stranger.get_by_role("button", name="Execute").first.click()
    expect(stranger.locator("tr.response .response-col_status").first).to_contain_text("200")
    expect(stranger.get_by_text("You are not signed in")).to_be_hidden()


def test_a_snippet_says_where_the_key_goes(stranger: Page, hub: Hub, url: str) -> None:
    """This test must be the last of the module, because it trains an experiment."""
    key = key_of(hub)
    document = {"dataset": "wine", "layers": [4], "epochs": 1}
    one = patient.post(f"{url}/v1/experiments", json=document, headers={"Authorization": f"Bearer {key.key}"}).json()
    stranger.goto(f"/sign-in#{ticket(hub, key)}")
    stranger.wait_for_url(f"{url}/")
    stranger.goto(f"/experiments/{one['id']}?tab=spec")
    snippet = stranger.get_by_role("region", name="curl snippet").inner_text()
    env = {**os.environ, "GRADUS_KEY": key.key}
    done = subprocess.run(["bash", "-c", snippet], env=env, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["fingerprint"] == one["fingerprint"]
