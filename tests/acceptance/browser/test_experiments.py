"""The list of experiments, and runs compared."""

import json
import re
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gradus.examples import DIGITS
from gradus.spec.optimizer import SGD
from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.answering import Asked, answer, hold, leave
from tests.acceptance.browser.chromium import ALONE, DESKTOP, PHONE, until, visiting
from tests.acceptance.browser.conftest import Service, Visit
from tests.acceptance.browser.devtools import begin_with
from tests.servers.processes import wait_until


def is_over(service: Service, one: str) -> bool:
    return service.client.experiments.get(one).status.final


@pytest.fixture(scope="module")
def runs(service: Service) -> tuple[str, str]:
    """The ids of two finished runs: one with Adam, one with gradient descent."""
    specs = (DIGITS, DIGITS.model_copy(update={"name": "descent", "optimizer": SGD(lr=0.05), "tags": ("plain",)}))
    ids = [service.client.experiments.create(spec).id for spec in specs]
    for one in ids:
        wait_until(partial(is_over, service, one), "the end of a run")
    return ids[0], ids[1]


def test_a_new_service_says_how_to_begin_and_the_first_run_appears(page: Page) -> None:
    """This test must be the first of the module, while nothing has been trained yet."""
    page.goto("/")
    expect(page.get_by_role("heading", name="Nothing has been trained yet")).to_be_visible()
    expect(page.get_by_role("button", name="Run the lecture’s two")).to_be_visible()
    page.get_by_role("button", name="A few seconds of digits").click()
    added = page.locator("tr[data-id]")
    expect(added).to_have_count(1)
    expect(added).to_contain_text("64–64–32–10")
    expect(added).to_contain_text("succeeded")
    expect(added.locator(".sparkline")).to_be_visible()
    expect(added.locator(".cell-best")).to_contain_text("%")
    page.goto("/experiments")  # what is left of a run's address without its id
    expect(added).to_have_count(1)
    expect(page.get_by_role("link", name="Experiments", exact=True)).to_have_attribute("aria-current", "page")


def test_filters_stay_in_the_address(page: Page, runs: tuple[str, str]) -> None:
    page.goto("/")
    page.get_by_placeholder("Any tag").fill("plain")
    expect(page.locator("tr[data-id]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/\?tag=plain$"))
    page.reload()
    expect(page.locator("tr[data-id]")).to_have_count(1)
    expect(page.get_by_placeholder("Any tag")).to_have_value("plain")
    page.get_by_label("Status").select_option("failed")
    expect(page.get_by_role("heading", name="No experiments match the filter")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("tr[data-id]").nth(1)).to_be_visible()
    page.get_by_placeholder("Search").fill("DESC")
    expect(page.locator("tr[data-id]")).to_have_count(1)


def test_the_list_is_walked_by_keyboard_and_two_runs_are_compared(page: Page, runs: tuple[str, str]) -> None:
    page.goto("/")
    expect(page.locator(f'tr[data-id="{runs[0]}"]')).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="descent")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Compare 2 runs")).to_be_visible()
    until(page, "() => document.querySelector('#curves').data?.every((trace) => trace.x.length === 10)")
    names = {"digits", "descent"}
    assert set(page.evaluate("() => document.querySelector('#curves').data.map((trace) => trace.name)")) == names
    headings = page.get_by_role("columnheader").all_inner_texts()
    assert {"optimizer", "optimizer.lr"} <= {text.strip() for text in headings}
    assert not {"seed", "batch_size", "dataset"} & {text.strip() for text in headings}
    by_rate = page.get_by_role("button", name="optimizer.lr")
    for first in ("digits", "descent"):
        by_rate.click()
        expect(page.locator(".compare-table tbody tr").first).to_contain_text(first)
    page.get_by_label("Metric").select_option(label="Test loss")
    expect(page).to_have_url(re.compile("metric=test_loss"))


def test_single_keys_can_be_switched_off_for_good(page: Page, runs: tuple[str, str]) -> None:
    page.goto("/")
    keys = page.get_by_role("group", name="Keyboard")
    expect(keys).to_contain_text("search")
    page.get_by_label("Single-key shortcuts").uncheck()
    expect(keys).not_to_contain_text("search")
    page.reload()
    first = page.locator("tr[data-id] .cell-name a").first
    first.focus()
    for key in ("n", "x", "/", "j"):
        page.keyboard.press(key)
        expect(first).to_be_focused()
    expect(page.get_by_role("region", name="Selection")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(first).not_to_be_focused()
    page.get_by_label("Single-key shortcuts").check()
    first.focus()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()


BLOCKED = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("Credentials is denied for this document.", "SecurityError"); },
});"""
FULL = """Storage.prototype.setItem = () => { throw new DOMException("It is full.", "QuotaExceededError"); };"""


@pytest.mark.parametrize("storage", [BLOCKED, FULL], ids=["blocked", "full"])
def test_settings_hold_as_long_as_the_page_where_nothing_is_kept(
    page: Page, runs: tuple[str, str], storage: str
) -> None:
    begin_with(page, storage)
    page.goto("/")
    keys = page.get_by_role("group", name="Keyboard")
    expect(keys).to_contain_text("search")
    page.get_by_label("Single-key shortcuts").uncheck()
    expect(keys).not_to_contain_text("search")
    page.get_by_role("button", name="dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name=re.compile("System")).first.click()
    page.go_back()
    expect(keys).not_to_contain_text("search")
    page.get_by_label("Single-key shortcuts").check()
    expect(keys).to_contain_text("search")
    page.get_by_role("button", name="light theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_runs_can_be_compared_before_the_chart_library_is_there(page: Page, runs: tuple[str, str]) -> None:
    libraries = hold(page, "*/plotly.min.js")
    page.goto(f"/compare?ids={','.join(runs)}", wait_until="commit")  # the library belongs to the page's load
    lines = page.locator("#curves .sketch path[stroke]")
    expect(lines).to_have_count(2)
    straight = lines.first.get_attribute("d") or ""
    assert straight.count("L") == 9, "a line through ten epochs"
    page.get_by_label("Log scale").check()
    expect(lines.first).not_to_have_attribute("d", straight)
    for first in ("digits", "descent"):
        page.get_by_role("button", name="optimizer.lr").click()
        expect(page.locator(".compare-table tbody tr").first).to_contain_text(first)
    libraries[0].go_on()
    expect(page.locator("#curves .scatterlayer .trace")).to_have_count(2)
    expect(page.locator("#curves .sketch")).to_have_count(0)
    assert page.evaluate("() => document.querySelector('#curves').layout.yaxis.type") == "log"


def test_without_the_chart_library_lines_are_there_still(visit: Visit, runs: tuple[str, str]) -> None:
    visit.complaints.absence = True
    answer(visit.page, "*/plotly.min.js", Asked.fail)
    visit.page.goto(f"/experiments/{runs[0]}")
    expect(visit.page.get_by_text("The chart library could not be loaded.")).to_have_count(1)
    expect(visit.page.locator("#chart-accuracy .sketch path[stroke]")).to_have_count(3)


SKETCHED = """async ([curves, kind]) => {
  const [{ line }, { render }] = await Promise.all(
    ["charts/line.js", "template.js"].map((name) => import(`/pages/dashboard/${name}`)));
  const element = document.body.appendChild(document.createElement("div"));
  const look = { color: "red", width: 2, dash: "solid" };
  const series = curves.map((y) => ({ name: "", x: y.map((_, i) => i + 1), y, line: look }));
  const up = { isPercent: false, isLogarithmic: kind === "log" };
  render(line.sketch({ series, across: "epoch", up, hasLegend: false }, { width: 400, height: 200 }), element);
  const all = (selector) => [...element.querySelectorAll(selector)];
  return [all("path[stroke]").map((path) => path.getAttribute("d")), all("text[text-anchor=end]").length];
}"""


@pytest.mark.parametrize(
    ("curves", "kind"),
    [
        ([[1.0, 0.5, 0.25], []], "linear"),
        ([[0.5]], "linear"),
        ([[0.0, 0.0, 0.0]], "linear"),
        ([[1e20, 1e20]], "linear"),
        ([[None, 0.5, None, 0.25, 0.125]], "linear"),
        ([[0.9, 0.3, 0.0]], "log"),
        ([[1e-5, 1e30]], "log"),
        ([[0.5]], "log"),
    ],
)
def test_whatever_there_is_can_be_sketched(page: Page, curves: list[list[float | None]], kind: str) -> None:
    page.goto("/")
    paths, labels = page.evaluate(SKETCHED, [curves, kind])
    shown = [sum(y is not None and (y > 0 or kind == "linear") for y in curve) for curve in curves]
    assert [len(re.findall(r"[ML][\d.]+ [\d.]+", path)) for path in paths] == shown
    assert 1 <= labels <= 12


def test_any_name_is_drawn_and_what_a_spec_alone_has_is_told(
    page: Page, service: Service, runs: tuple[str, str]
) -> None:
    name = '<b>a</b> & <a href="//b.c">'
    layers = [64, 32, {"units": 16, "dropout": 0.5}]
    adam = {"kind": "adam", "beta1": 0.8}
    one = service.client.experiments.create(DIGITS, name=name, layers=layers, optimizer=adam, epochs=1).id
    page.goto(f"/compare?ids={one},{runs[1]}")
    expect(page.locator("#curves .legendtext").first).to_have_text(name)
    headings = {text.strip() for text in page.get_by_role("columnheader").all_inner_texts()}
    assert {"layers", "layers.2.dropout", "optimizer", "optimizer.beta1"} <= headings
    assert not {"layers.2", "layers.2.activation", "layers.2.init", "optimizer.beta2"} & headings


def test_dots_do_not_hide_the_seed_that_tells_two_runs_apart(
    page: Page, service: Service, runs: tuple[str, str]
) -> None:
    name = "techniques: + batch_norm=true and dropout=0.2, seed 12"
    one = service.client.experiments.create(DIGITS, name=name, epochs=1).id
    page.goto(f"/compare?ids={one},{runs[1]}")
    link = page.locator(f'tr[data-id="{one}"] a.seeded')
    expect(link).to_have_text(re.compile("dropout=0.2,\\s+seed 12"))
    cut, seed = (link.locator("bdi").nth(i).evaluate("one => one.scrollWidth > one.clientWidth + 1") for i in (0, 1))
    assert (cut, seed) == (True, False)
    expect(page.locator("#curves .legendtext").filter(has_text="…")).to_have_text(
        re.compile("^techniques: ….*seed 12$")
    )


def test_what_a_run_does_while_the_service_answers_is_compared_too(
    page: Page, service: Service, runs: tuple[str, str]
) -> None:
    def answer_late(asked: Asked) -> None:
        said = asked.answer_of_service().body()
        page.wait_for_timeout(1000)
        asked.fulfill(said)

    answer(page, "*/v1/metrics?*", answer_late)
    epochs = 200
    one = service.client.experiments.create(DIGITS, epochs=epochs).id
    page.goto(f"/compare?ids={one},{runs[0]}")
    is_whole = f"() => document.querySelector('#curves')?.data?.[0].x.length === {epochs}"
    until(page, is_whole)
    drawn = page.evaluate("() => document.querySelector('#curves').data[0].x")
    assert drawn == list(range(1, epochs + 1))
    expect(page.locator(".compare-table tbody tr", has_text="succeeded")).to_have_count(2)


def until_held(page: Page, requests: list[Asked], count: int = 1) -> None:
    while len(requests) < count:
        page.wait_for_timeout(20)


def tell(stream: Asked, place: int, seq: int, kind: str, one: str, data: dict[str, Any]) -> None:
    """Answer a request for the event stream with one event of an experiment, whose number is `seq`, and end the
    stream."""
    at = "2026-11-22T12:00:00.000000Z"
    envelope = {"seq": seq, "kind": kind, "at": at, "experiment_id": one, "data": data}
    body = f"id: {place}\nevent: {kind}\ndata: {json.dumps(envelope)}\n\n"
    stream.fulfill(body, content_type="text/event-stream")


def until_drawn(page: Page, chart: str, epochs: list[int]) -> None:
    until(
        page,
        "([chart, epochs]) => String(document.querySelector(chart)?.data?.[0].x) === String(epochs)",
        arg=[chart, epochs],
    )


@pytest.mark.parametrize(("address", "chart"), [("/experiments/{}", "#chart-loss"), ("/compare?ids={}", "#curves")])
def test_after_a_gap_of_the_stream_what_the_service_has_is_drawn(
    page: Page, runs: tuple[str, str], address: str, chart: str
) -> None:
    begin_with(page, ALONE)
    streams = hold(page, "*/v1/events")
    answer(page, "*/v1/events", lambda asked: asked.fulfill(content_type="text/event-stream"), times=1)

    def of_another_try(asked: Asked) -> None:
        asked.fulfill(asked.answer_of_service().text().replace('"epoch":10,', '"epoch":12,'))

    answer(page, "*/v1/*metrics?*", of_another_try)
    page.goto(address.format(runs[0]))
    until_drawn(page, chart, [*range(1, 10), 12])
    until_held(page, streams)
    leave(page, "*/v1/*metrics?*")
    streams[0].go_on()
    until_drawn(page, chart, [*range(1, 11)])


def test_what_a_run_that_begins_anew_has_no_more_is_not_compared(page: Page, service: Service) -> None:
    one = service.client.experiments.create(DIGITS, epochs=50).id  # more than a first look has
    wait_until(partial(is_over, service, one), "the end of the run")
    experiment = service.client.experiments.get(one).record.model_dump(mode="json")
    begun = {**experiment, "progress": {**experiment["progress"], "epoch": 1}}
    second = service.client.experiments.get(one).metrics().data[1].model_dump(mode="json")
    begin_with(page, ALONE)
    streams, looks = hold(page, "*/v1/events*"), hold(page, "*/v1/metrics?*max_points=400")
    page.goto(f"/compare?ids={one}")
    until_held(page, streams)
    last = service.client.experiments.get(one).record.last_event
    tell(streams[0], 1, last, "log", one, {})
    until_held(page, looks)
    until_held(page, streams, 2)
    tell(streams[1], 2, last + 1, "status", one, begun)
    until_drawn(page, "#curves", [1])
    with page.expect_response("**/v1/metrics?*max_points=400"):
        looks[0].go_on()
    until_held(page, streams, 3)
    tell(streams[2], 3, last + 2, "epoch", one, second)
    until_drawn(page, "#curves", [1, 2])


def test_what_is_said_while_a_dialog_is_open_can_be_dismissed(visit: Visit, runs: tuple[str, str]) -> None:
    visit.complaints.absence = True
    page = visit.page
    libraries = hold(page, "*/plotly.min.js")
    page.goto(f"/experiments/{runs[0]}", wait_until="commit")  # the library's absence may hold up the rest
    page.get_by_role("button", name="Extend").click()
    until_held(page, libraries)
    libraries[0].fail()
    said = page.get_by_role("dialog").get_by_role("status")
    expect(said).to_have_text("The chart library could not be loaded.")
    said.get_by_role("button", name="Dismiss").click()
    expect(said).to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("#app > #toasts")).to_have_count(1)


@pytest.mark.parametrize("width", [390, 770, 900, 1280])
def test_the_list_has_room_for_names(page: Page, runs: tuple[str, str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    name = page.locator(f'tr[data-id="{runs[1]}"] .cell-name').bounding_box()
    assert name
    assert name["width"] > 160
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out(profile: BrowserContext, service: Service, runs: tuple[str, str], dark: bool) -> None:
    with visiting(profile, service.access, viewport=PHONE if dark else DESKTOP, dark=dark) as (page, _):
        page.goto("/")
        page.locator(f'tr[data-id="{runs[0]}"] input').click()
        expect(page.locator(f'tr[data-id="{runs[0]}"] .sparkline')).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.goto(f"/compare?ids={','.join(runs)}")
        until(page, "() => document.querySelector('#curves')?.data")
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
