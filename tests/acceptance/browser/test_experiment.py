"""The page of one experiment, while it trains."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from gradus.examples import DIGITS
from gradus.status import Status
from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.answering import Asked, answer, hold, leave
from tests.acceptance.browser.chromium import ALONE, DESKTOP, PHONE, until, visiting
from tests.acceptance.browser.conftest import Service, Visit
from tests.acceptance.browser.devtools import begin_with
from tests.servers.commands import PYTHON, forked_commands
from tests.servers.processes import ROOT, wait_until

SLOW: dict[str, Any] = {"layers": [128, 128], "batch_size": 8, "epochs": 10_000}
"""A run with a few epochs a second that does not end during a test."""


def begin(service: Service, **changes: Any) -> str:
    """Submit an experiment; returns its id. A worker has started it or will start it soon."""
    return service.client.experiments.create(DIGITS, **changes).id


def end(service: Service, one: str) -> None:
    """Cancel the experiment and wait for its end, so that the slot is free for the next one."""
    service.client.experiments.get(one).cancel()
    wait_until(lambda: service.client.experiments.get(one).status.final, "the end of the run")


def drawn(page: Page) -> list[int]:
    """The epochs of the validation curve in the chart."""
    epochs: list[int] = page.evaluate("() => document.querySelector('#chart-loss')?.data?.[1].x ?? []")
    return epochs


def until_drawn(page: Page, count: int) -> None:
    until(page, f"() => (document.querySelector('#chart-loss')?.data?.[1].x.length ?? 0) >= {count}")


def said(page: Page, status: Status) -> None:
    expect(page.locator(".experiment-title .status")).to_have_text(status)


def test_curves_grow_without_a_reload_from_before_the_first_epoch(page: Page, service: Service) -> None:
    slots = sum(worker.slots for worker in service.client.system().workers)
    blockers = [begin(service, **SLOW) for _ in range(slots)]
    one = begin(service, name="growing", epochs=40)
    page.goto(f"/experiments/{one}")
    said(page, Status.QUEUED)
    expect(page.get_by_text("The curves begin with the first epoch.")).to_be_visible()
    page.evaluate("window.stayed = true")
    for blocker in blockers:
        end(service, blocker)
    until_drawn(page, 1)
    said(page, Status.SUCCEEDED)
    until_drawn(page, 40)
    assert drawn(page) == list(range(1, 41))
    assert page.evaluate("window.stayed")
    rows = service.client.experiments.get(one).metrics().data
    y = page.evaluate("() => [...document.querySelector('#chart-loss').data[1].y]")
    assert y == [row.validation_loss for row in rows]


def test_a_run_is_paused_resumed_and_cancelled_by_buttons(page: Page, service: Service) -> None:
    one = begin(service, name="stopped", **SLOW)
    page.goto(f"/experiments/{one}")
    until_drawn(page, 2)
    page.get_by_role("button", name="Pause").click()
    said(page, Status.PAUSED)
    paused_at = service.client.experiments.get(one).progress.epoch
    page.get_by_role("button", name="Resume").click()
    said(page, Status.RUNNING)
    until_drawn(page, paused_at + 2)
    assert drawn(page)[: paused_at + 2] == list(range(1, paused_at + 3))
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the run").click()
    said(page, Status.CANCELLED)


def test_a_run_is_extended_renamed_and_deleted(page: Page, service: Service) -> None:
    one = begin(service, name="short", epochs=2)
    page.goto(f"/experiments/{one}")
    said(page, Status.SUCCEEDED)
    page.get_by_role("button", name="Extend").click()
    page.get_by_label("Additional epochs").fill("3")
    page.get_by_role("dialog").get_by_role("button", name="Extend").click()
    until_drawn(page, 5)
    said(page, Status.SUCCEEDED)
    page.get_by_role("button", name="Edit name, tags and notes").click()
    page.get_by_role("textbox", name="Name").fill("longer")
    page.get_by_role("textbox", name="Tags").fill("a, b")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="longer")).to_be_visible()
    assert service.client.experiments.get(one).record.tags == ("a", "b")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.path().read_text().startswith("epoch,step,train_loss")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()
    assert one not in {row.id for row in list(service.client.experiments.list())}


def test_the_place_of_a_failure_is_told(page: Page, service: Service) -> None:
    one = begin(service, activation="identity", optimizer={"kind": "sgd", "lr": 1000.0}, epochs=5)
    page.goto(f"/experiments/{one}")
    said(page, Status.FAILED)
    error = service.client.experiments.get(one).error
    assert error is not None
    expect(page.get_by_text(error.message).first).to_be_visible()
    page.get_by_role("tab", name="Log").click()
    expect(page.get_by_role("region", name="Log")).to_contain_text(error.message)
    expect(page.get_by_text("No log lines yet")).to_have_count(0)
    expect(page.get_by_text(f"epoch {error.epoch}", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Extend")).to_have_count(0)
    expect(page.get_by_role("link", name="Fork")).to_be_visible()
    viewer = {"workspace": "default", "role": "viewer", "key_id": None, "expires_at": None}
    answer(page, "*/v1/session", lambda asked: asked.fulfill(document=viewer))
    page.reload()
    expect(page.get_by_role("tab", name="Log", selected=True)).to_be_visible()
    expect(page.get_by_role("group", name="Actions")).to_have_count(0)


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """A folder with the programs `gradus` and `python`."""
    with forked_commands() as programs:
        yield programs


def follow(service: Service, programs: Path, snippet: str, way: str, folder: Path) -> None:
    """Run the commands that a page shows, as a user would: the command line and the client find the key by
    themselves."""
    (folder / "client.json").write_text(json.dumps({"url": service.access.url, "key": service.access.key}))
    key = {"GRADUS_KEY": service.access.key or ""} if way == "curl" else {"GRADUS_DATA_DIR": str(folder)}
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", **key}
    command = [programs / PYTHON] if way == "Python" else ["bash", "-c", snippet]
    text = f"{json.dumps(snippet)}\n" if way == "Python" else ""
    done = subprocess.run(command, env=env, cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("way", ["curl", "Python", "Command line"])
def test_its_snippets_run_it_again(page: Page, service: Service, programs: Path, tmp_path: Path, way: str) -> None:
    one = begin(service, name="again", epochs=1)
    page.goto(f"/experiments/{one}?tab=spec")
    page.get_by_role("group", name="From").get_by_role("button", name=way).click()
    snippet = page.get_by_role("region", name=f"{way} snippet").inner_text()
    before = {row.id for row in list(service.client.experiments.list())}
    follow(service, programs, snippet, way, tmp_path)
    (again,) = (row for row in list(service.client.experiments.list()) if row.id not in before)
    assert again.record.fingerprint == service.client.experiments.get(one).record.fingerprint


def test_a_fork_s_snippets_go_on_from_the_same_checkpoint(
    page: Page, service: Service, programs: Path, tmp_path: Path
) -> None:
    parent = begin(service, name="it's the parent", epochs=2)
    wait_until(lambda: service.client.experiments.get(parent).status.final, "a checkpoint")
    changes = {"activation": "tanh", "optimizer": {"lr": 0.01}, "epochs": 3}
    fork = service.client.experiments.get(parent).fork(changes, from_epoch=2)
    page.goto(f"/experiments/{fork.id}?tab=spec")
    expect(page.get_by_role("rowheader", name="optimizer.lr")).to_be_visible()
    for way in ("curl", "Python", "Command line"):
        page.get_by_role("group", name="From").get_by_role("button", name=way).click()
        snippet = page.get_by_role("region", name=f"{way} snippet").inner_text()
        follow(service, programs, snippet, way, tmp_path)
        again = next(service.client.experiments.list(limit=1))
        assert again.id != fork.id
        assert (again.record.forked_from, again.record.forked_epoch) == (parent, 2)
        assert (again.record.fingerprint, again.name) == (fork.record.fingerprint, fork.name)


def test_a_tab_has_an_address_and_loads_what_it_shows(page: Page, service: Service) -> None:
    one = begin(service, name="in parts", epochs=2, statistics="full")
    wait_until(lambda: service.client.experiments.get(one).status.final, "the end of the run")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    held = hold(page, f"*/v1/experiments/{one}")
    with page.expect_response(re.compile(r"/layers\?")):  # which comes before the experiment here
        page.goto(f"/experiments/{one}?tab=layers")
    for request in held:
        request.go_on()
    leave(page)
    expect(page.get_by_role("tabpanel", name="Layers")).to_contain_text("1\u202f295 training")
    until(page, "() => document.querySelector('#layers-map')?.data?.[0].z.length === 3")
    expect(page.locator("#layers-histograms .main-svg").first).to_be_visible()
    page.get_by_label("Statistic").select_option("Dead units")
    until(page, "() => document.querySelector('#layers-map').data[0].z.length === 2")  # the output has none
    expect(page.locator("#chart-loss")).to_have_count(0)
    assert not [url for url in asked if url.partition("?")[0].endswith(("/metrics", "/log"))], (
        "each tab asks for its own"
    )
    page.evaluate("window.stayed = true")
    page.get_by_role("tab", name="Layers").press("ArrowRight")
    log = page.get_by_role("tab", name="Log")
    expect(log).to_be_focused()
    expect(log).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(r"\?tab=log$"))
    expect(page.get_by_role("tabpanel", name="Log")).to_be_visible()
    log.press("Home")
    expect(page).to_have_url(re.compile(f"/experiments/{one}$"))
    until_drawn(page, 2)
    page.get_by_role("tab", name="Overview").press("ArrowLeft")
    expect(page.get_by_role("region", name="Resolved spec").first).to_contain_text("in parts")
    for tab in ("Overview", "Log", "Layers"):
        page.go_back()
        expect(page.get_by_role("tab", name=tab, selected=True)).to_be_visible()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
    assert page.evaluate("window.stayed"), "without a reload"
    page.get_by_role("tab", name="Overview").click()
    until_drawn(page, 2)


def test_curves_go_on_without_loss_or_double_when_the_api_is_killed(visit: Visit, service: Service) -> None:
    one = begin(service, name="survivor", **SLOW)
    page = visit.page
    page.goto(f"/experiments/{one}")
    until_drawn(page, 5)
    page.evaluate("window.stayed = true")
    visit.complaints.absence = True
    before = service.pid_of("api")
    os.kill(before, signal.SIGKILL)
    expect(page.locator(".connection")).to_have_text("reconnecting …")
    wait_until(lambda: service.pid_of("api") != before, "a new API")
    expect(page.locator(".connection")).to_have_text("live")
    assert service.client.experiments.get(one).status == Status.RUNNING
    until_drawn(page, len(drawn(page)) + 3)
    end(service, one)
    last = service.client.experiments.get(one).progress.epoch + 2
    service.client.experiments.get(one).extend(2)
    until_drawn(page, last)
    said(page, Status.SUCCEEDED)
    assert drawn(page) == list(range(1, last + 1))
    assert page.evaluate("window.stayed")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out(profile: BrowserContext, service: Service, dark: bool) -> None:
    one = begin(service, name="for everybody", tags=["tag"], notes="a note", epochs=3)
    wait_until(lambda: service.client.experiments.get(one).status.final, "the end of the run")
    with visiting(profile, service.access, viewport=PHONE if dark else DESKTOP, dark=dark) as (page, _):
        page.goto(f"/experiments/{one}")
        until_drawn(page, 3)
        for tab in ("Overview", "Layers", "Log", "Spec"):
            page.get_by_role("tab", name=tab).click()
            expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
            assert barriers(page) == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("tab", name="Predictions").click()
        expect(page.locator(".ask-bars li").first).to_be_visible()
        page.get_by_role("combobox", name="Epoch").select_option("3")
        expect(page.get_by_text("By the weights of epoch 3.")).to_be_visible()
        with page.expect_download() as saved:
            page.get_by_role("button", name="preprocessing.json").click()
        assert saved.value.suggested_filename == "preprocessing.json"
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("tab", name="Evaluation").click()
        page.locator(".confusion .wrong button").first.click()
        expect(page.locator("[aria-labelledby=errors-title] tbody tr").first).to_be_visible()
        expect(page.locator("#chart-reliability")).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("button", name="Extend").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert barriers(page) == []


def test_a_regression_has_no_accuracy(page: Page, service: Service) -> None:
    one = service.client.experiments.create({"dataset": "diabetes", "layers": [4], "epochs": 2}).id
    page.goto(f"/experiments/{one}")
    said(page, Status.SUCCEEDED)
    best = service.client.experiments.get(one).best
    assert best is not None
    expect(page.locator(".tile", has_text="Best validation loss").locator(".tile-value")).to_have_text(
        f"{float(f'{best.validation_loss:.4g}'):g}"
    )
    page.get_by_role("tab", name="Evaluation").click()
    page.get_by_role("button", name="Shuffle each column").click()
    expect(page.locator("[aria-labelledby=importance-title] tbody tr")).to_have_count(10)
    card = page.locator("section[aria-labelledby=importance-title]")
    expect(card.locator("tbody tr").first.locator("td").last).to_have_text(re.compile("yes|unclear"))
    expect(card).to_contain_text("A column helps if, by R²")
    assert barriers(page) == []


LISTEN = """() => {
    window.told = [];
    const live = "#app [role=status], #app [aria-live]";
    const words = () => [...document.querySelectorAll(live)].map((one) => one.textContent.trim()).join("|");
    let last = words();
    const look = () => words() === last || told.push((last = words()));
    const everything = { subtree: true, childList: true, characterData: true };
    new MutationObserver(look).observe(document.getElementById("main"), everything);
}"""
"""Records what a screen reader would announce in `window.told`."""


def test_a_status_is_announced_and_not_each_epoch(page: Page, service: Service) -> None:
    one = begin(service, name="long", **SLOW)
    page.goto(f"/experiments/{one}")
    said(page, Status.RUNNING)
    page.evaluate(LISTEN)
    until_drawn(page, 4)
    epochs_told = page.evaluate("told.length")
    end(service, one)
    said(page, Status.CANCELLED)
    expect(page.locator(".experiment-progress [role=status]")).to_have_text("The run is cancelled")
    assert epochs_told <= 1, page.evaluate("told")  # that the curves have begun


def test_what_cannot_be_read_again_is_said_and_read_later(visit: Visit, service: Service) -> None:
    visit.complaints.absence = True
    page = visit.page
    begin_with(page, ALONE)
    one = begin(service, name="read again", epochs=2)
    wait_until(lambda: service.client.experiments.get(one).status.final, "the end of the run")
    answer(page, "*/v1/events", lambda asked: asked.fulfill(content_type="text/event-stream"), times=1)
    page.goto(f"/experiments/{one}")
    until_drawn(page, 2)
    answer(page, f"*/v1/experiments/{one}", Asked.fail)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.get_by_text("What is shown may be out of date")).to_be_visible()
    expect(page.get_by_role("heading", name="read again")).to_be_visible()
    service.client.experiments.get(one).update(name="renamed")
    leave(page)
    expect(page.get_by_role("heading", name="renamed")).to_be_visible()
    expect(page.get_by_text("What is shown may be out of date")).to_have_count(0)


def test_what_people_write_is_shown_without_harm(page: Page, service: Service) -> None:
    name = "\x1b[31mred\x07 a\nb \u202egpj.exe"
    one = begin(service, name=name, tags=["\u202etag"], epochs=1)
    safe = "\\x1b[31mred\\x07 a\\nb \\u202egpj.exe"
    page.goto(f"/experiments/{one}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(safe)
    expect(page).to_have_title(f"{safe} · Gradus")
    expect(page.get_by_role("link", name="\\u202etag")).to_be_visible()
    said(page, Status.SUCCEEDED)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "31mred-a-b-gpj.exe.csv"
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text(safe)
    page.keyboard.press("Escape")
    page.goto("/")
    expect(page.get_by_role("link", name=safe)).to_be_visible()
    found: str = page.evaluate("document.documentElement.outerHTML")
    assert not set(found) & set("\x1b\x07\u202e")


def test_the_dashboard_writes_out_what_the_command_line_does(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Experiments")).to_be_visible()
    cases = json.loads((Path(__file__).parents[2] / "unprintable.json").read_text(encoding="utf-8"))
    shown = page.evaluate(
        """async (texts) => {
          const links = [...document.querySelectorAll("link[rel=modulepreload]")].map(({ href }) => href);
          const { visible } = await import(links.find((href) => href.endsWith("/dashboard/visible.js")));
          return texts.map(visible);
        }""",
        [case["text"] for case in cases],
    )
    assert shown == [case["shown"] for case in cases]


def test_what_waits_for_a_worker_that_is_not_there_says_so(page_apart: Page, http: httpx.Client) -> None:
    page = page_apart
    spec = {"dataset": "wine", "layers": [2], "epochs": 1, "device": "cuda", "name": "waits"}
    one = http.post("/v1/experiments", json=spec).raise_for_status().json()
    page.clock.install()
    page.goto(f"/experiments/{one['id']}")
    wait = page.get_by_text("Waiting for a worker with a GPU")
    expect(wait).to_be_visible()
    served = {**http.get(f"/v1/experiments/{one['id']}").json(), "waiting_for": None}
    answer(page, f"*/v1/experiments/{one['id']}", lambda asked: asked.fulfill(document=served))
    page.clock.run_for(11_000)
    expect(wait).to_have_count(0)
    page.goto("/")
    expect(page.get_by_role("row", name="waits")).to_contain_text("no worker")
    http.post(f"/v1/experiments/{one['id']}/cancel").raise_for_status()


def test_nobody_s_notes_are_overwritten_unasked(page: Page, service: Service) -> None:
    one = begin(service, name="ours", epochs=1)
    page.goto(f"/experiments/{one}")
    said(page, Status.SUCCEEDED)
    page.get_by_role("button", name="Edit name, tags and notes").click()
    service.client.experiments.get(one).update(notes="theirs", tags=["kept"])
    page.get_by_role("textbox", name="Notes").fill("mine")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Somebody has changed the notes")
    dialog.get_by_role("button", name="Overwrite").click()
    expect(page.get_by_text("mine", exact=True)).to_be_visible()
    found = service.client.experiments.get(one)
    assert (found.record.notes, found.record.tags) == ("mine", ("kept",))
