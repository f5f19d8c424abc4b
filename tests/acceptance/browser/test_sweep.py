"""The pages of sweeps: results with their uncertainty, the lines of a search, and what can be done."""

import json
from math import ceil
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.answering import Asked, answer, leave
from tests.acceptance.browser.chromium import DESKTOP, PHONE, visiting
from tests.acceptance.browser.conftest import Service, Visit

BASE = {"dataset": "digits", "layers": [16], "optimizer": {"kind": "sgd", "lr": 0.02}, "epochs": 2}
VARIANTS = {
    "name": "one at a time",
    "base": BASE,
    "variants": {"+ adam": {"optimizer": {"kind": "adam", "lr": 0.01}}, "far too fast": {"optimizer": {"lr": 1e6}}},
    "seeds": [0, 1, 2],
}
SEARCH = {
    "name": "a search",
    "base": BASE,
    "random": {
        "n": 6,
        "space": {
            "optimizer.lr": {"kind": "log_uniform", "low": 0.001, "high": 1},
            "init": {"kind": "choice", "values": ["he", "xavier"]},
        },
    },
}


def over(http: httpx.Client, request: dict[str, Any]) -> dict[str, Any]:
    """Create a sweep with this request, and wait until all of its experiments have ended. Returns its document."""
    made = http.post("/v1/sweeps", json=request).raise_for_status().json()
    for result in made["results"]:
        for member in result["experiments"]:
            ended(http, member)
    found: dict[str, Any] = http.get(f"/v1/sweeps/{made['id']}").json()
    return found


def ended(http: httpx.Client, experiment: str) -> None:
    """Wait for the end of the experiment, at which its event stream closes."""
    http.get(f"/v1/experiments/{experiment}/events", headers={"Accept": "application/x-ndjson"}).raise_for_status()


@pytest.fixture(scope="module")
def variants(http: httpx.Client) -> dict[str, Any]:
    return over(http, VARIANTS)


@pytest.fixture(scope="module")
def search(http: httpx.Client) -> dict[str, Any]:
    return over(http, SEARCH)


def test_a_sweep_s_page_says_what_is_better_and_how_sure(page: Page, variants: dict[str, Any]) -> None:
    page.goto("/sweeps")
    page.get_by_role("link", name="one at a time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("one at a time")
    rows = page.locator(".ranking tbody tr")
    expect(rows).to_have_count(3)
    best = variants["results"][0]
    assert best["label"] == "+ adam"
    low, high = (f"{100 * bound:.1f}" for bound in best["difference"]["ci95"])  # of 143 validation examples
    expect(rows.nth(0)).to_contain_text(
        f"+{100 * best['difference']['mean']:.1f} points, 95 % CI {low} … {high}, 3 seeds"
    )
    expect(rows.nth(0)).to_contain_text("better")
    half = ceil(1000 * (best["ci95"][1] - best["ci95"][0]) / 2) / 10
    expect(rows.nth(0)).to_contain_text(f"{100 * best['mean']:.1f} % ± {half:.1f}")
    expect(rows.nth(1)).to_contain_text("the base")
    expect(rows.nth(2)).to_contain_text("none has succeeded")
    expect(page.get_by_text("6 succeeded, 3 failed")).to_be_visible()
    expect(page.locator(".failed li")).to_have_count(3)
    expect(page.get_by_role("link", name="Seed 0: failed")).to_have_attribute(
        "href", f"/experiments/{variants['results'][2]['experiments'][0]}"
    )


def test_all_seeds_of_a_change_answer_together(page: Page, variants: dict[str, Any]) -> None:
    page.goto(f"/sweeps/{variants['id']}")
    page.get_by_role("button", name="Ask about a row").click()
    asked = page.get_by_role("region", name="Ask all seeds")
    expect(asked.get_by_text("Mean of 3 networks, ± the standard deviation between them.")).to_be_visible()
    expect(asked.locator(".ask-bars li")).to_have_count(10)
    expect(asked.locator(".ask-bars li").first).to_contain_text("±")
    expect(asked.get_by_label("Change").locator("option")).to_have_text(["+ adam", "base"])
    with page.expect_response(lambda answer: "label=base" in answer.url):
        asked.get_by_label("Change").select_option("base")
    assert barriers(page) == []


@pytest.mark.parametrize(
    ("low", "high", "goal", "said"),
    [
        (0.005, 0.011, "maximize", "better"),
        (-0.011, -0.005, "maximize", "worse"),
        (-0.011, -0.005, "minimize", "better"),
        (-0.001, 0.002, "maximize", "no clear difference"),
        (0.0, 0.002, "maximize", "no clear difference"),
    ],
)
def test_an_interval_is_put_into_words(
    page: Page, variants: dict[str, Any], low: float, high: float, goal: str, said: str
) -> None:
    changed = json.loads(json.dumps(variants))
    changed["objective"] = {"metric": "test_accuracy", "goal": goal}
    changed["results"][0]["difference"] = {"mean": (low + high) / 2, "ci95": [low, high], "n": 3, "p_adjusted": 0.04}
    answer(page, f"*/v1/sweeps/{variants['id']}", lambda asked: asked.fulfill(document=changed))
    page.goto(f"/sweeps/{variants['id']}")
    expect(page.locator(".ranking tbody tr").first.locator(".verdict")).to_have_text(said)


@pytest.mark.parametrize(
    ("mean", "grain", "said"),
    [
        (-5.6e-17, 1 / 14, "0 points, 95 % CI −10 … 10, 3 seeds: no clear difference"),
        (-5.6e-17, 1 / 5000, "0.00 points, 95 % CI −10.00 … 10.00, 3 seeds: no clear difference"),
        (0.2, 1 / 143, "+20.0 points, 95 % CI 10.0 … 30.0, 3 seeds: better"),
    ],
)
def test_percentages_have_the_digits_that_the_data_have(
    page: Page, variants: dict[str, Any], mean: float, grain: float, said: str
) -> None:
    changed = json.loads(json.dumps(variants))
    ends = [mean - 0.1, mean + 0.1]
    changed["results"][0]["difference"] = {"mean": mean, "ci95": ends, "n": 3, "p_adjusted": 0.5}
    changed["results"][0]["ci95"] = [changed["results"][0]["mean"]] * 2
    changed["grain"] = grain
    answer(page, f"*/v1/sweeps/{variants['id']}", lambda asked: asked.fulfill(document=changed))
    page.goto(f"/sweeps/{variants['id']}")
    expect(page.locator(".ranking tbody tr").first).to_contain_text(said)


def test_members_are_counted_as_they_end_and_seeds_are_added(page: Page, http: httpx.Client) -> None:
    sweep = over(http, {"name": "growing", "base": BASE, "variants": {"+ l2": {"l2": 0.001}}, "seeds": [0]})
    page.goto(f"/sweeps/{sweep['id']}")
    expect(page.get_by_text("one seed only")).to_be_visible()
    page.get_by_role("button", name="Add seeds").click()
    page.get_by_label("Seeds", exact=True).fill("1-2")
    page.get_by_role("dialog").get_by_role("button", name="Add seeds").click()
    expect(page.get_by_text("6 succeeded", exact=True)).to_be_visible(timeout=60_000)  # without a reload
    expect(page.locator(".ranking .verdict")).to_have_count(1)


def test_what_failed_is_tried_again_though_the_service_is_away(
    visit: Visit, http: httpx.Client, variants: dict[str, Any]
) -> None:
    visit.complaints.absence = True
    page = visit.page
    page.goto(f"/sweeps/{variants['id']}")
    page.get_by_role("button", name="Retry 3 failed").wait_for()
    answer(page, f"*/v1/sweeps/{variants['id']}", Asked.fail)
    page.get_by_role("button", name="Retry 3 failed").click()
    expect(page.get_by_text("Failed experiments are queued again")).to_be_visible()
    for member in variants["results"][-1]["experiments"]:
        ended(http, member)
    leave(page)
    expect(page.get_by_text("6 succeeded, 3 failed")).to_be_visible(timeout=60_000)
    failed = http.get(f"/v1/sweeps/{variants['id']}").json()["results"][-1]["failed"]
    assert len(failed) == 3


def test_a_long_sweep_is_cancelled_and_deleted(page: Page, http: httpx.Client) -> None:
    request = {"name": "endless", "base": {**BASE, "epochs": 100_000}, "grid": {"optimizer.lr": [0.01, 0.02]}}
    sweep = http.post("/v1/sweeps", json=request).raise_for_status().json()
    page.goto(f"/sweeps/{sweep['id']}")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the sweep").click()
    expect(page.get_by_text("2 cancelled")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Sweeps")).to_be_visible()
    assert http.get(f"/v1/sweeps/{sweep['id']}").status_code == 404


def test_a_brush_keeps_what_crosses_there(page: Page, search: dict[str, Any]) -> None:
    page.goto(f"/sweeps/{search['id']}")
    rows = page.locator(".ranking tbody tr")
    expect(rows).to_have_count(6)
    expect(page.locator(".parallel .line")).to_have_count(6)
    by_he = sum(result["changes"]["init"] == "he" for result in search["results"])
    axis = page.get_by_role("slider", name="init:")
    axis.focus()
    axis.press("ArrowUp")  # the lowest mark is the first of the values
    expect(rows).to_have_count(by_he)
    expect(axis).to_have_attribute("aria-valuetext", f"he: {by_he} of 6")
    axis.press("End")
    expect(rows).to_have_count(6 - by_he)
    assert axis.get_attribute("aria-valuenow") == axis.get_attribute("aria-valuemax") == "2"
    axis.press("Home")
    expect(rows).to_have_count(by_he)
    axis.press("Escape")
    expect(rows).to_have_count(6)
    expect(axis).to_have_attribute("aria-valuetext", "all values")
    box = page.get_by_role("slider", name="validation accuracy:").locator(".handle").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    page.mouse.up()
    expect(rows.first).to_contain_text(f"{100 * search['results'][0]['mean']:.1f} %")
    expect(page.get_by_text("of 6 cross there")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(rows).to_have_count(6)


def test_an_axis_without_values_hides_nothing(page: Page, search: dict[str, Any]) -> None:
    begun = {**search, "results": [{**one, "mean": None, "n": 0} for one in search["results"]]}
    answer(page, f"*/v1/sweeps/{search['id']}", lambda asked: asked.fulfill(document=begun))
    page.goto(f"/sweeps/{search['id']}")
    axis = page.get_by_role("slider", name="validation accuracy:")
    expect(axis).to_have_attribute("aria-valuetext", "no values yet")
    for key in ("ArrowUp", "ArrowDown", "Home", "End"):
        axis.press(key)
    expect(page.locator(".ranking tbody tr")).to_have_count(6)


def test_older_sweeps_are_followed_too(page: Page, http: httpx.Client, variants: dict[str, Any]) -> None:
    asked = {"base": {**BASE, "epochs": 100_000}, "grid": {"optimizer.lr": [0.01]}}
    old = http.post("/v1/sweeps", json={**asked, "name": "old and endless"}).raise_for_status().json()["id"]
    answer(page, "*/v1/sweeps?limit=50", lambda asked: asked.go_on(asked.url.replace("limit=50", "limit=1")))
    long = {"name": f"newest, with a name that {'goes on and ' * 12}ends", "base": BASE, "grid": {"l2": [0.001]}}
    http.post("/v1/sweeps", json=long).raise_for_status()
    page.goto("/sweeps")
    expect(page.get_by_role("link", name="newest")).to_be_visible()
    beyond = page.locator(".sweeps").evaluate("table => table.scrollWidth - table.clientWidth")
    assert beyond <= 0, "a long name pushes the status out of the table"
    leave(page)
    expect(page.get_by_role("link", name="old and endless")).to_have_count(0)
    page.get_by_role("button", name="Older sweeps").click()
    row = page.get_by_role("row", name="old and endless")
    expect(row).to_be_visible()
    http.post(f"/v1/sweeps/{old}/cancel").raise_for_status()
    expect(row).to_contain_text("1 cancelled")


def test_a_sweep_is_the_template_of_another(page: Page, variants: dict[str, Any]) -> None:
    page.goto(f"/sweeps/{variants['id']}")
    page.get_by_role("button", name="Use as template").click()
    page.wait_for_url("**/new#sweep=*")
    written = json.loads(page.get_by_label("The document as JSON").input_value())
    objective = {"metric": "validation_accuracy", "goal": "maximize"}
    assert written == {**VARIANTS, "objective": objective}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out(
    profile: BrowserContext, service: Service, variants: dict[str, Any], search: dict[str, Any], dark: bool
) -> None:
    with visiting(profile, service.access, viewport=PHONE if dark else DESKTOP, dark=dark) as (page, _):
        for address, there in (
            ("/sweeps", ".sweep-counts"),
            (f"/sweeps/{variants['id']}", ".ranking"),
            (f"/sweeps/{search['id']}", ".parallel"),
        ):
            page.goto(address)
            expect(page.locator(there).first).to_be_visible()
            assert barriers(page) == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
