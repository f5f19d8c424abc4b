"""A browser at a service that a proxy serves below a path: every link and every request stays below that path."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from gradus.client import Credentials
from gradus.wire.key import Role
from hub.hub import Hub
from hub.migrate import upgrade
from hub.settings import Settings
from hub.valkey import ValkeyServer
from tests.acceptance.browser.answering import answer
from tests.acceptance.browser.chromium import visiting_apart
from tests.acceptance.browser.reference import only
from tests.integration.access.credentials import SPEC, bearer, make_key, serving
from tests.servers.prefix_proxy import PrefixProxy, running_proxy

PREFIX = "/user/ada@lab/gradus"


@dataclass(frozen=True)
class Proxied:
    """A service behind a proxy, and the key of an admin."""

    proxy: PrefixProxy
    key: str
    cut: bool


@dataclass(frozen=True)
class Lab(Proxied):
    """A proxied service, and a browser tab that is signed in to it."""

    page: Page

    def post(self, path: str, document: object) -> str:
        """Post the document; returns the id of the object that was created."""
        answer = httpx.post(f"{self.proxy.url}{path}", json=document, headers=bearer(self.key), timeout=30)
        return str(answer.raise_for_status().json()["id"])


@pytest.fixture(scope="module", params=[True, False], ids=["cut by the proxy", "left by the proxy"])
def proxied(
    request: pytest.FixtureRequest, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("prefix")
    upgrade(url := f"sqlite:///{folder / 'gradus.db'}")
    hub = Hub(Settings(url, valkey.url, str(folder / "artifacts"), folder, (folder,)))
    cut: bool = request.param
    with ExitStack() as stack:
        service = stack.enter_context(serving(create_app(hub, root_path="" if cut else PREFIX)))
        proxy = stack.enter_context(running_proxy(service, PREFIX, cut=cut, told=PREFIX if cut else None))
        yield Proxied(proxy, make_key(hub, role=Role.ADMIN).key, cut)
    hub.close()


@pytest.fixture
def lab(proxied: Proxied, browser: Browser) -> Iterator[Lab]:
    with visiting_apart(browser, Credentials(proxied.proxy.host)) as (context, complaints):
        complaints.strangers = True
        yield Lab(proxied.proxy, proxied.key, proxied.cut, context.new_page())
        assert proxied.proxy.outside == []


def test_the_dashboard_lives_below_a_path(lab: Lab) -> None:
    page, root = lab.page, lab.proxy.url
    made = lab.post("/v1/experiments", {**SPEC, "name": "the first", "tags": ["plain"]})
    page.goto(f"{root}/?status=queued")
    expect(page).to_have_url(f"{root}/sign-in?next=%2F%3Fstatus%3Dqueued")
    page.get_by_label("API key").fill(lab.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{root}/?status=queued")
    expect(page.locator(".connection")).to_have_text("live")

    page.get_by_role("link", name="the first").click()
    expect(page).to_have_url(f"{root}/experiments/{made}")
    page.get_by_role("tab", name="Spec").click()
    expect(page.get_by_role("region", name="curl snippet")).to_contain_text(f"{root}/v1/experiments")
    page.reload()
    page.get_by_role("link", name="plain").click()
    expect(page).to_have_url(f"{root}/?tag=plain")
    page.go_back()
    expect(page.get_by_role("heading", name="the first")).to_be_visible()

    for name in ("Sweeps", "System", "New"):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(re.compile(rf"^{re.escape(root)}/{name.lower()}"))
        expect(page.locator("h1")).to_be_visible()
    page.goto(f"{root}/compare?ids={made}")
    expect(page.locator("h1")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to Gradus")).to_be_visible()
    expect(page).to_have_url(f"{root}/sign-in")


def test_the_reference_lives_below_a_path(lab: Lab) -> None:
    page, root = lab.page, lab.proxy.url
    if not lab.cut:
        answer(page, "*/openapi.json", only("keys"))
    page.goto(f"{root}/docs")
    page.get_by_role("link", name="sign in").click()
    page.get_by_label("API key").fill(lab.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{root}/docs")
    expect(page.locator(".servers option")).to_contain_text([PREFIX])
    operation = page.locator("#operations-keys-who")
    operation.click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".request-url")).to_contain_text(f"{root}/v1/session")
    expect(operation.locator(".live-responses-table .response .response-col_status")).to_contain_text("200")
