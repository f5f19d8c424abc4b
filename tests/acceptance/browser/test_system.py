"""The page of the system, and the keys on it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.answering import Asked, answer, leave
from tests.acceptance.browser.chromium import ALONE, DESKTOP, PHONE, until, visiting
from tests.acceptance.browser.conftest import Service, Up, Visit
from tests.acceptance.browser.devtools import begin_with
from tests.integration.access.credentials import bearer
from tests.servers import patient
from tests.servers.processes import saved_access, wait_until


def card(page: Page, title: str) -> str:
    """The text of the card with this title."""
    return page.get_by_role("region", name=title, exact=True).first.inner_text()


def test_the_page_tells_workers_needs_and_limits(page: Page, http: httpx.Client) -> None:
    page.goto("/system")
    expect(page.get_by_role("heading", name="System")).to_be_visible()
    system = http.get("/v1/system").json()
    worker = system["workers"][0]
    assert f"{worker['host']} {worker['pid']}" in card(page, "Workers")
    assert worker["device"] in card(page, "Now")
    needs = card(page, "Dependencies")
    assert [line for line in needs.splitlines() if line in {"ready", "down"}] == ["ready", "ready"]
    assert "100\u202f000" in card(page, "Limits")


def test_a_key_is_made_shown_once_and_revoked(page: Page, http: httpx.Client) -> None:
    page.goto("/system")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Who or what will use it").fill("nightly runs")
    page.get_by_role("radio", name="viewer").check()
    page.get_by_role("button", name="Create the key").click()
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
    until(page, "async (key) => (await kept.readText()) === key", arg=key)
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


def test_a_webhook_is_made_its_secret_shown_once_and_deleted(page: Page, http: httpx.Client) -> None:
    page.goto("/system")
    page.get_by_role("button", name="New webhook").click()
    page.get_by_label("Address that is called").fill("https://example.com/gradus")
    page.get_by_role("checkbox", name="status").uncheck()
    page.get_by_role("button", name="Create the webhook").click()
    expect(page.locator("#new-secret")).to_have_text(re.compile("^whsec_"))
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name="https://example.com/gradus")
    for words in ("finding", "active", "never"):
        expect(row).to_contain_text(words)
    assert [hook["events"] for hook in http.get("/v1/webhooks").json()["data"]] == [["finding"]]
    failing = {"state": "disabled", "failures": 9, "reason": "the address answered 500", "next_attempt_at": None}
    hooks = [{**hook, **failing} for hook in http.get("/v1/webhooks").json()["data"]]
    answer(page, "*/v1/webhooks", lambda asked: asked.fulfill(document={"data": hooks}))
    page.reload()
    expect(row).to_contain_text("9 failed calls in a row: the address answered 500")
    expect(row.get_by_role("button", name="Enable")).to_be_visible()
    leave(page)
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert http.get("/v1/webhooks").json()["data"] == []


def test_who_is_no_admin_is_told_so(page: Page) -> None:
    viewer = {"workspace": "default", "role": "viewer", "key_id": None, "expires_at": None}
    answer(page, "*/v1/session", lambda asked: asked.fulfill(document=viewer))
    page.goto("/system")
    expect(page.get_by_text("Keys are for admins")).to_be_visible()
    expect(page.get_by_role("button", name="New key")).to_have_count(0)
    expect(page.get_by_role("button", name="New webhook")).to_have_count(0)


def test_a_page_that_is_left_asks_no_more(visit_apart: Visit) -> None:
    visit_apart.complaints.absence = True
    page = visit_apart.page
    page.clock.install()
    answer(page, "*/v1/session", Asked.fail)
    page.goto("/system")
    page.get_by_role("button", name="Try again").wait_for()
    leave(page)
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
def test_nothing_keeps_people_out(profile: BrowserContext, service: Service, dark: bool) -> None:
    with visiting(profile, service.access, viewport=PHONE if dark else DESKTOP, dark=dark) as (page, _):
        page.goto("/system")
        expect(page.get_by_role("heading", name="Limits")).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("button", name="New key").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert barriers(page) == []


def test_the_lab_computes_what_its_controls_say(profile: BrowserContext, service: Service) -> None:
    with visiting(profile, service.access, viewport=PHONE, dark=True) as (page, _):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto("/lab")
        card = page.get_by_role("region", name="Optimizer paths")
        chart = card.get_by_role("img", name="Value by step")
        expect(chart).to_have_accessible_name(re.compile("sgd 0.95 ends at"))
        before = chart.get_attribute("aria-label")
        card.get_by_label("Steps", exact=True).fill("3")
        card.get_by_label("Steps", exact=True).press("Enter")
        expect(chart).not_to_have_accessible_name(before or "")
        card.get_by_role("button", name="Remove optimizer 4").click()
        card.get_by_label("Optimizer 1", exact=True).get_by_role("combobox").select_option("rmsprop")
        expect(chart).to_have_accessible_name(re.compile("rmsprop 0.001 ends at"))
        card.get_by_role("button", name="Copy as curl").click()
        expect(page.get_by_text("The call is in the clipboard")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "/v1/lab/optimizer_paths" in copied
        assert '"steps":3' in copied
        assert '"a":' not in copied
        penalties = page.get_by_role("region", name="Penalties of each case")
        page.get_by_role("heading", name="L1 and L2").scroll_into_view_if_needed()
        cells = penalties.get_by_role("row", name="(0.25, 0.25, 0.25, 0.25)").get_by_role("cell")
        expect(cells).to_have_text(["1", "1", "0.25", "(1, 1, 1, 1)", "(0.5, 0.5, 0.5, 0.5)"])
        card.get_by_role("button", name="Defaults").click()
        expect(chart).to_have_accessible_name(before or "")
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.fixture
def open_streams(up: Up) -> Callable[[], int]:
    """A function that counts the open event streams of all tabs together."""
    access = saved_access(up.folder)

    def counted() -> int:
        told = patient.get(f"{access.url}/metrics", headers=bearer(access.key or "")).raise_for_status().text
        found = re.search(r"^gradus_open_streams (\d+)", told, re.MULTILINE)
        assert found
        return int(found[1])

    return counted


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


def test_many_windows_share_one_connection(page: Page, open_streams: Callable[[], int]) -> None:
    wait_until(lambda: open_streams() == 0, "the end of the streams of other tests")
    for address in ("/", "/sweeps", "/system", "/new", "/compare", "/", "/", "/"):
        window = page.context.new_page()
        window.goto(address)
        expect(window.locator(".connection")).to_have_text("live")
        assert window.evaluate("fetch('/v1/system').then(({ status }) => status)") == 200
    assert open_streams() == 1


@pytest.mark.parametrize("alone", [False, True], ids=["shared", "alone"])
def test_a_tab_that_nobody_looks_at_holds_no_connection(
    page_apart: Page, alone: bool, open_streams: Callable[[], int]
) -> None:
    page = page_apart
    wait_until(lambda: open_streams() == 0, "the end of the streams of other tests")
    page.add_init_script(f"({HIDE})(); {ALONE if alone else ''}")
    page.clock.install()
    page.goto("/")
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    assert open_streams() == 0
    page.evaluate(SHOW)
    expect(page.locator(".connection")).to_have_text("live")
    assert open_streams() == 1
    page.evaluate(HIDE)
    page.clock.run_for(19_000)
    assert open_streams() == 1
    page.clock.run_for(2_000)
    wait_until(lambda: open_streams() == 0, "the end of its stream")


def test_a_tab_without_a_connection_gets_one_of_those_nobody_looks_at(
    page_apart: Page, open_streams: Callable[[], int]
) -> None:
    page = page_apart
    wait_until(lambda: open_streams() == 0, "the end of the streams of other tests")
    context = page.context
    context.add_init_script(ALONE)
    context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")  # as on plain HTTP
    for address in ("/new", "/sweeps", "/compare", "/", "/"):
        tab = context.new_page()
        tab.goto(address)
        expect(tab.locator(".connection")).to_have_text("live")
        tab.evaluate("window.setTimeout = () => 0")  # a browser holds back the timers of hidden tabs
        tab.evaluate(HIDE)
    page.goto("/system", wait_until="commit")
    expect(page.locator(".connection")).to_have_text("live")  # by the last of six connections
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()


def test_more_windows_than_connections_take_turns(
    page_apart: Page, http: httpx.Client, open_streams: Callable[[], int]
) -> None:
    page = page_apart
    wait_until(lambda: open_streams() == 0, "the end of the streams of other tests")
    page.context.add_init_script(ALONE)
    windows = [page.context.new_page() for _ in range(7)]
    for window in windows:
        window.goto("/")
        expect(window.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    shown = [window.locator(".connection").inner_text() for window in windows]
    assert shown == ["live"] * 4 + ["every 10 s"] * 3
    assert open_streams() == 4
    spec = {"dataset": "wine", "layers": [2], "epochs": 1, "name": "seen by all"}
    one = http.post("/v1/experiments", json=spec).raise_for_status().json()["id"]
    for window in windows:
        expect(window.get_by_role("link", name="seen by all")).to_be_visible()
    windows[0].close()
    wait_until(lambda: "live" in [window.locator(".connection").inner_text() for window in windows[4:]], "a turn")
    wait_until(lambda: http.get(f"/v1/experiments/{one}").json()["status"] == "succeeded", "its end")
    http.delete(f"/v1/experiments/{one}").raise_for_status()


def test_a_browser_whose_tabs_cannot_speak_to_each_other_is_served(visit: Visit) -> None:
    begin_with(visit.page, f"delete window.BroadcastChannel; {ALONE}")
    visit.page.goto("/system")
    expect(visit.page.get_by_role("heading", name="Workers")).to_be_visible()
    expect(visit.page.locator(".connection")).to_have_text("live")


def test_a_stream_whose_answer_does_not_begin_is_asked_for_again(page_apart: Page) -> None:
    page = page_apart
    page.add_init_script(ALONE)
    page.clock.install()
    answer(page, "*/v1/events*", lambda _: None)
    page.goto("/system")
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=2))
    page.clock.run_for(45_000)  # the tab itself gives up after a minute
    expect(page.locator(".connection")).to_have_text("reconnecting …")


def test_a_tab_that_was_away_reads_anew(page_apart: Page, http: httpx.Client) -> None:
    page = page_apart
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


@pytest.mark.parametrize("address", ["/nowhere/x", "/experiments/%zz", "/experiments/%ff", "/sweeps/a%2Fb", "/docs/x"])
def test_an_address_that_nothing_has_says_so_and_leads_back_to_its_list(visit: Visit, address: str) -> None:
    listed = "Sweeps" if address.startswith("/sweeps/") else "Experiments"
    visit.complaints.missing = True
    answer = visit.page.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect(visit.page.get_by_role("heading", name="Not found")).to_be_visible()
    visit.page.get_by_role("link", name=f"All {listed.lower()}").click()
    expect(visit.page.get_by_role("heading", name=listed, exact=True)).to_be_visible()


def test_an_experiment_that_is_gone_is_not_found(visit: Visit) -> None:
    visit.complaints.missing = True
    visit.page.goto("/experiments/exp_01m8kcmtpsqrxrrd587293m6c2")
    expect(visit.page.get_by_role("heading", name="Not found")).to_be_visible()
    expect(visit.page.get_by_role("link", name="All experiments")).to_be_visible()


def test_what_nobody_caught_is_said(visit: Visit) -> None:
    visit.complaints.faults = True
    page = visit.page
    answer(page, "*/v1/experiments?*", lambda asked: asked.fulfill(document={"data": [{"id": 1}], "next_cursor": None}))
    page.goto("/")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Something went wrong on this page")
    leave(page)
    alert.get_by_role("button", name="Reload the page").click()
    expect(page.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    expect(alert).to_have_count(0)


def test_a_page_whose_scripts_do_not_come_is_not_blank(visit: Visit) -> None:
    visit.complaints.absence = True
    answer(visit.page, "*/dashboard/shell.js", Asked.fail)
    visit.page.goto("/")
    expect(visit.page.get_by_role("alert")).to_contain_text("could not be loaded")


def test_numbers_have_no_more_digits_than_they_are_worth(page: Page) -> None:
    page.goto("/new")
    found = page.evaluate("""async () => {
        const { bytes, duration, figure, fixed, percent, roughly, whole } = await import("/pages/dashboard/format.js");
        return [
            ...[-5.6e-17, -0.0049, -0.005001, 1, "NaN", null].map((value) => fixed(value)),
            ...[-1e-9, 0.9645, "-Infinity"].map((value) => percent(value)),
            ...[-0, -0.25, 0.00099999, 999999.9, 1234567, -1e-9].map((value) => figure(value)),
            ...[-0, -1200, 1200].map((value) => whole(value)),
            ...[-0.001, 9.96, 59.7, 3599.7, 86399].map((value) => duration(value)),
            roughly(59.7), bytes(999_999), bytes(1500),
        ];
    }""")
    assert found == [
        *("0.00", "0.00", "−0.01", "1.00", "NaN", "–"),
        *("0.00 %", "96.45 %", "−∞"),
        *("0", "−0.25", "0.001", "1e6", "1.235e6", "−1e−9"),
        *("0", "−1\u202f200", "1\u202f200"),
        *("0 ms", "10 s", "1 min", "1 h", "1 d"),
        *("1 min", "1 MB", "1.5 kB"),
    ]


def test_ages_are_by_the_service_s_clock_and_grow(page_apart: Page) -> None:
    page = page_apart
    page.clock.install()
    page.goto("/")  # the worker has started not long ago
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=10))
    page.get_by_role("link", name="System").click()
    seen = page.get_by_role("region", name="Workers", exact=True).last.get_by_role("time").last
    expect(seen).to_have_text(re.compile("just now|s ago"))
    assert re.search(r"GMT|UTC", seen.get_attribute("title") or "")
