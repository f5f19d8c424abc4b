"""The page of the system, and the keys on it."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.chromium import ALONE, DESKTOP, PHONE, visiting
from tests.acceptance.browser.conftest import Service, Visit
from tests.servers.processes import wait_until


def card(page: Page, title: str) -> str:
    """The words of a card."""
    return page.get_by_role("region", name=title, exact=True).first.inner_text()


def test_the_page_tells_workers_needs_and_limits(page: Page, http: httpx.Client) -> None:
    page.goto("/system")
    expect(page.get_by_role("heading", name="System")).to_be_visible()
    system = http.get("/v1/system").json()
    worker = system["workers"][0]
    assert f"{worker['host']} {worker['pid']}" in card(page, "Workers")
    assert worker["device"] in card(page, "Now")
    needs = card(page, "What it needs")
    assert [line for line in needs.splitlines() if line in {"ready", "down"}] == ["ready", "ready"]
    assert "100\u202f000" in card(page, "Limits")


def test_a_key_is_made_shown_once_and_revoked(page: Page, http: httpx.Client) -> None:
    page.goto("/system")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Who or what will use it").fill("nightly runs")
    page.get_by_role("radio", name="viewer").check()
    page.get_by_role("button", name="Make the key").click()
    shown = page.locator("#new-key")
    expect(shown).to_be_visible()
    key = shown.inner_text()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The key is in the clipboard")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.evaluate("""async () => {
        window.kept = navigator.clipboard;
        await kept.writeText("");
        Object.defineProperty(navigator, "clipboard", { value: undefined }); // as on a page of plain HTTP
    }""")
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function("async (key) => (await kept.readText()) === key", arg=key)
    page.get_by_role("button", name="Done").click()
    session = http.get("/v1/session", headers={"Authorization": f"Bearer {key}"})
    assert (session.status_code, session.json()["role"]) == (200, "viewer")
    row = page.get_by_role("row", name="nightly runs")
    expect(row).to_be_visible()
    page.reload()
    expect(row).to_be_visible()
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="Revoke nightly runs").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")
    assert http.get("/v1/session", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_who_is_no_admin_is_told_so(page: Page) -> None:
    viewer = {"workspace": "default", "role": "viewer", "key_id": None, "expires_at": None}
    page.route("**/v1/session", lambda route: route.fulfill(json=viewer))
    page.goto("/system")
    expect(page.get_by_text("Keys are for admins")).to_be_visible()
    expect(page.get_by_role("button", name="New key")).to_have_count(0)


def test_a_page_that_is_left_asks_no_more(visit: Visit) -> None:
    visit.complaints.absence = True
    page = visit.page
    page.clock.install()
    page.route("**/v1/session", lambda route: route.abort())
    page.goto("/system")
    page.get_by_role("button", name="Try again").wait_for()
    page.unroute("**/v1/session")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="System")).to_be_visible()
    page.get_by_role("link", name="Sweeps").click()
    expect(page.get_by_role("heading", name="Sweeps", level=1)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward("01:00")
    page.evaluate("fetch('/healthz')")
    assert [url for url in asked if "/v1/system" in url] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out(browser: Browser, service: Service, dark: bool) -> None:
    with visiting(browser, service.access, viewport=PHONE if dark else DESKTOP, dark=dark) as (context, _):
        page = context.new_page()
        page.goto("/system")
        expect(page.get_by_role("heading", name="Limits")).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("button", name="New key").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert barriers(page) == []


def open_streams(http: httpx.Client) -> int:
    """Those of all tabs together."""
    found = re.search(r"^gradus_open_streams (\d+)", http.get("/metrics").raise_for_status().text, re.MULTILINE)
    assert found
    return int(found[1])


HIDE = """() => {
    for (const [key, value] of [["hidden", true], ["visibilityState", "hidden"]])
        Object.defineProperty(document, key, { get: () => value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
SHOW = """() => {
    delete document.hidden;
    delete document.visibilityState;
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_many_windows_share_one_connection(page: Page, http: httpx.Client) -> None:
    wait_until(lambda: open_streams(http) == 0, "the end of the streams of other tests")
    for address in ("/", "/sweeps", "/system", "/new", "/compare", "/", "/", "/"):
        window = page.context.new_page()
        window.goto(address)
        expect(window.locator(".connection")).to_have_text("live")
        assert window.evaluate("fetch('/v1/system').then(({ status }) => status)") == 200
    assert open_streams(http) == 1


@pytest.mark.parametrize("alone", [False, True], ids=["shared", "alone"])
def test_a_tab_that_nobody_looks_at_holds_no_connection(page: Page, http: httpx.Client, alone: bool) -> None:
    wait_until(lambda: open_streams(http) == 0, "the end of the streams of other tests")
    page.add_init_script(f"({HIDE})(); {ALONE if alone else ''}")
    page.clock.install()
    page.goto("/")
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    assert open_streams(http) == 0
    page.evaluate(SHOW)
    expect(page.locator(".connection")).to_have_text("live")
    assert open_streams(http) == 1
    page.evaluate(HIDE)
    page.clock.run_for(19_000)
    assert open_streams(http) == 1
    page.clock.run_for(2_000)
    wait_until(lambda: open_streams(http) == 0, "the end of its stream")


def test_a_tab_without_a_connection_gets_one_of_those_nobody_looks_at(page: Page, http: httpx.Client) -> None:
    wait_until(lambda: open_streams(http) == 0, "the end of the streams of other tests")
    context = page.context
    context.add_init_script(ALONE)
    for address in ("/new", "/sweeps", "/compare", "/", "/"):
        tab = context.new_page()
        tab.goto(address)
        expect(tab.locator(".connection")).to_have_text("live")
        tab.evaluate("window.setTimeout = () => 0")  # a browser holds back the timers of hidden tabs
        tab.evaluate(HIDE)
    page.goto("/system", wait_until="commit")
    expect(page.locator(".connection")).to_have_text("live")  # by the last of six connections
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()


def test_a_tab_that_was_away_reads_anew(page: Page, http: httpx.Client) -> None:
    page.clock.install()
    page.goto("/")
    expect(page.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    page.evaluate(HIDE)
    page.clock.run_for(21_000)
    spec = {"dataset": "wine", "layers": [2], "epochs": 1, "name": "meanwhile"}
    one = http.post("/v1/experiments", json=spec).raise_for_status().json()["id"]
    page.evaluate(SHOW)
    expect(page.get_by_role("link", name="meanwhile")).to_be_visible()
    wait_until(lambda: http.get(f"/v1/experiments/{one}").json()["status"] == "succeeded", "its end")
    http.delete(f"/v1/experiments/{one}").raise_for_status()
