"""The form of a new experiment, sweep or fork, as a person fills it in."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from gradus.catalog import catalog
from gradus.client import Experiment
from gradus.spec.experiment import Spec
from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.answering import answer
from tests.acceptance.browser.chromium import DESKTOP, PHONE, visiting
from tests.acceptance.browser.conftest import Service, Visit
from tests.built_in import resolved


def spec_of(page: Page) -> Any:
    """The spec in the editor."""
    return json.loads(page.get_by_label("The document as JSON").input_value())


def opened(page: Page, address: str = "/new") -> Page:
    page.goto(address)
    expect(page.get_by_text("Parameters", exact=True).first).to_be_visible()
    return page


def id_of(page: Page) -> str:
    """The id of the object whose page is open."""
    return page.url.rsplit("/", 1)[1]


def field(page: Page, path: str) -> Locator:
    return page.locator(f'[id="field-{path.replace("/", ".2F")}"]')


def test_the_lecture_s_network_is_built_and_launched(page: Page, http: httpx.Client) -> None:
    opened(page)
    field(page, "name").fill("by hand")
    field(page, "dataset/name").select_option(label="digits")
    page.get_by_role("button", name="Remove layer 2").click()
    field(page, "layers/0/units").fill("300")
    page.get_by_role("button", name="Dense layer").click()
    field(page, "layers/1/units").fill("100")
    field(page, "init").select_option(label="Xavier")
    field(page, "batch_norm").check()
    field(page, "optimizer").select_option(label="Adam")
    field(page, "optimizer/lr").fill("0.002")
    field(page, "batch_size").fill("50")
    field(page, "epochs").fill("1")
    expect(page.get_by_role("row", name="2 dense")).to_contain_text("300 → 100")
    wanted = {
        "name": "by hand",
        "dataset": "digits",
        "layers": [300, 100],
        "init": "xavier",
        "batch_norm": True,
        "optimizer": {"kind": "adam", "lr": 0.002},
        "batch_size": 50,
        "epochs": 1,
    }
    assert spec_of(page) == wanted
    skip = page.get_by_role("link", name="Skip to the page")
    skip.focus()
    skip.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert spec_of(page) == wanted
    page.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/experiments/exp_*")
    made = http.get(f"/v1/experiments/{id_of(page)}").json()
    assert made["fingerprint"] == resolved(Spec(**wanted)).fingerprint


def test_a_mistyped_value_shows_its_error_at_its_field_and_in_the_json(visit: Visit) -> None:
    visit.complaints.refusals = True
    page = opened(visit.page)
    field(page, "optimizer/lr").fill("fast")
    help_text = page.locator('[id="field-optimizer.2Flr-help"]')
    expect(help_text).to_contain_text("must be a number")
    expect(field(page, "optimizer/lr")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".json-mistake")).to_have_text('"fast"')
    field(page, "seed").focus()
    page.get_by_role("button", name="optimizer/lr").click()
    expect(field(page, "optimizer/lr")).to_be_focused()
    field(page, "optimizer/lr").fill("1e-3")
    expect(page.locator(".mistake:visible")).to_have_count(0)
    assert "optimizer" not in spec_of(page)  # that is the default


def test_a_key_that_nobody_knows_is_shown_where_it_is(visit: Visit) -> None:
    visit.complaints.refusals = True
    page = opened(visit.page)
    page.get_by_label("The document as JSON").fill(
        '{"dataset": "digits", "layers": [{"units": 8, "dropuot": 0.5}], "optimiser": "sgd"}'
    )
    expect(page.locator(".layer .mistake:visible")).to_contain_text("dropuot")
    expect(page.get_by_role("button", name="optimiser", exact=True)).to_be_visible()


def test_form_and_json_follow_each_other(page: Page) -> None:
    opened(page)
    editor = page.get_by_label("The document as JSON")
    editor.fill('{"dataset": {"name": "wine", "limit": 90}, "layers": [7, {"units": 5, "dropout": 0.25}], "l2": 0.01}')
    expect(field(page, "dataset/name").locator("option:checked")).to_have_text("wine")
    expect(field(page, "dataset/limit")).to_have_value("90")
    expect(field(page, "layers/0/units")).to_have_value("7")
    expect(page.get_by_text("Dropout 0.25")).to_be_visible()
    expect(field(page, "l2")).to_have_value("0.01")
    field(page, "dataset/limit").fill("")
    field(page, "l2").fill("")
    field(page, "layers/1/units").fill("6")
    assert spec_of(page) == {"dataset": "wine", "layers": [7, {"units": 6, "dropout": 0.25}]}
    editor.fill('{"dataset": ')
    expect(page.get_by_text("This is not JSON yet")).to_be_visible()
    expect(field(page, "layers/1/units")).to_have_value("6")
    expect(page.get_by_role("button", name="Launch")).to_be_disabled()


@pytest.mark.parametrize("kind", ["spec", "sweep"])
def test_whatever_is_typed_as_json_the_form_goes_on(visit: Visit, kind: str) -> None:
    visit.complaints.refusals = True
    page = visit.page
    page.goto("/new" if kind == "spec" else "/new?sweep")
    editor = page.get_by_label("The document as JSON")
    odd: list[Any] = [
        None,
        5,
        "x",
        True,
        [],
        [None],
        {},
        {"kind": 5},
        {"kind": None},
        {"lr": []},
        [[1]],
        {"a": {"b": 1}},
    ]
    keys = Spec.model_fields if kind == "spec" else ("base", "variants", "grid", "random", "seeds", "objective", "name")
    for value in odd:
        editor.fill(json.dumps(dict.fromkeys(keys, value)))
        expect(field(page, "name")).to_be_visible()
    for inner in odd if kind == "sweep" else ():
        ways = (
            {"variants": {"v": inner}},
            {"grid": {"optimizer.lr": inner}},
            {"random": {"n": 1, "space": {"l2": inner}}},
        )
        for way in ways:
            editor.fill(json.dumps({"base": {"dataset": "digits", "layers": [1]}, **way}))
            expect(page.locator(".variant")).to_have_count(1)


def test_layers_change_places_by_buttons_keys_and_dragging(page: Page) -> None:
    opened(page)
    page.get_by_label("The document as JSON").fill('{"dataset": "digits", "layers": [1, 2, 3]}')
    page.get_by_role("button", name="Move layer 1 down").click()
    assert spec_of(page)["layers"] == [2, 1, 3]
    page.get_by_role("button", name="Move layer 3: arrow keys").press("ArrowUp")
    assert spec_of(page)["layers"] == [2, 3, 1]
    expect(page.get_by_role("button", name="Move layer 2: arrow keys")).to_be_focused()
    grip, last = page.get_by_role("button", name="Move layer 1: arrow keys"), page.locator(".layer").nth(2)
    grip.hover()
    page.mouse.down()
    last.hover()
    page.mouse.up()
    assert spec_of(page)["layers"] == [3, 1, 2]
    expect(page.get_by_text("Layer 1 is now layer 3 of 3")).to_be_attached()


def test_a_link_opens_the_same_document_elsewhere(page: Page) -> None:
    opened(page)
    wanted: dict[str, Any] = {
        "name": "à la carte → 1",
        "dataset": "digits",
        "layers": [9],
        "optimizer": {"kind": "sgd", "lr": 0.1},
    }
    page.get_by_label("The document as JSON").fill(json.dumps(wanted))
    page.wait_for_url("**/new#spec=*")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("The link is in the clipboard")).to_be_visible()
    other = page.context.new_page()
    opened(other, page.evaluate("navigator.clipboard.readText()"))
    assert spec_of(other) == wanted
    expect(field(other, "name")).to_have_value("à la carte → 1")


@pytest.mark.parametrize("name", catalog().examples)
def test_an_example_is_a_preset_that_means_what_it_says(page: Page, name: str) -> None:
    opened(page)
    page.get_by_role("button", name=name).click()
    expect(field(page, "name")).not_to_have_value("")
    written = spec_of(page)
    assert resolved(Spec(**written)).fingerprint == resolved(Spec(**catalog().examples[name])).fingerprint
    assert len(json.dumps(written)) < len(json.dumps(catalog().examples[name]))


def test_what_the_catalogue_gets_new_the_form_gets_too(visit: Visit) -> None:
    visit.complaints.refusals = True  # the service itself has none of it
    page = visit.page
    document = catalog().model_dump(mode="json")
    definitions = document["spec"]["$defs"]
    definitions["Lion"] = {
        "title": "Lion",
        "type": "object",
        "description": "θ ← θ - η sign(m).",
        "properties": {
            "kind": {"const": "lion", "default": "lion"},
            "roar": {"type": "number", "default": 0.7, "description": "How loud."},
            "pride": {"enum": ["small", "large"], "default": "small"},
        },
    }
    definitions["Attention"] = {
        "title": "Attention",
        "type": "object",
        "properties": {"kind": {"const": "attention"}, "heads": {"type": "integer"}},
        "required": ["heads"],
    }
    kinds = document["spec"]["properties"]["optimizer"]["anyOf"]
    kinds[0]["enum"].append("lion")
    kinds[1]["oneOf"].append({"$ref": "#/$defs/Lion"})
    document["spec"]["properties"]["layers"]["items"]["anyOf"].append({"$ref": "#/$defs/Attention"})
    document["spec"]["properties"]["moon_phase"] = {"type": "boolean", "default": False}
    answer(page, "*/v1/catalog", lambda asked: asked.fulfill(document=document))
    page.goto("/new")
    field(page, "optimizer").select_option(label="Lion")
    field(page, "optimizer/roar").fill("0.9")
    field(page, "optimizer/pride").select_option(label="large")
    page.get_by_role("button", name="Attention layer").click()
    field(page, "layers/2/heads").fill("8")
    field(page, "moon_phase").check()
    written = spec_of(page)
    assert written["optimizer"] == {"kind": "lion", "roar": 0.9, "pride": "large"}
    assert written["layers"][2] == {"kind": "attention", "heads": 8}
    assert written["moon_phase"] is True


def test_a_sweep_of_variants_is_built_and_launched(visit: Visit, http: httpx.Client) -> None:
    visit.complaints.refusals = True  # until its name is new, a variant is the base again
    page = visit.page
    page.goto("/new?sweep")
    field(page, "base/dataset/name").select_option(label="digits")
    field(page, "base/epochs").fill("1")
    page.get_by_role("button", name="Variant", exact=True).click()
    page.get_by_label("Name of variant 1").fill("+ batch norm")
    page.get_by_label("Name of variant 1").press("Tab")
    page.get_by_label("Add a change to + batch norm").select_option(label="Batch norm")
    page.get_by_role("button", name="Variant", exact=True).click()
    page.get_by_label("Add a change to variant 2").select_option(label="Optimizer")
    field(page, "variants/variant 2/optimizer".replace(" ", ".20")).select_option(label="SGD")
    field(page, "variants/variant 2/optimizer/lr".replace(" ", ".20")).fill("0.1")
    field(page, "seeds").fill("0-1")
    expect(page.locator(".facts")).to_contain_text(re.compile(r"Experiments\s*6"))
    written = spec_of(page)
    assert written["variants"] == {
        "+ batch norm": {"batch_norm": True},
        "variant 2": {"optimizer": {"kind": "sgd", "lr": 0.1}},
    }
    assert written["seeds"] == [0, 1]
    page.get_by_role("button", name="Launch").click()
    page.wait_for_url("**/sweeps/swp_*")
    sweep = http.get(f"/v1/sweeps/{id_of(page)}").json()
    assert {result["label"] for result in sweep["results"]} == {"base", "+ batch norm", "variant 2"}


def test_seeds_are_read_as_the_command_line_reads_them(page: Page) -> None:
    page.goto("/new?sweep")
    expect(field(page, "seeds")).to_be_visible()
    cases = json.loads((Path(__file__).parents[2] / "seeds.json").read_text(encoding="utf-8"))
    read = page.evaluate(
        """async (texts) => {
          const links = [...document.querySelectorAll("link[rel=modulepreload]")].map(({ href }) => href);
          const { seedsOf, seedsText } = await import(links.find((href) => href.endsWith("/new/sweep/seeds.js")));
          const again = (seeds) => (Array.isArray(seeds) ? seedsOf(seedsText(seeds)) : seeds);
          return texts.map((text) => [seedsOf(text), again(seedsOf(text))]);
        }""",
        [case["text"] for case in cases],
    )
    for case, (found, again) in zip(cases, read, strict=True):
        assert found == (case["text"].strip() or None if case["seeds"] is None else case["seeds"]), case
        assert again == found, case  # as the form shows them


def test_a_grid_and_a_random_search_are_filled_in(visit: Visit) -> None:
    visit.complaints.refusals = True  # a path without values is none yet
    page = visit.page
    page.goto("/new?sweep")
    page.get_by_role("button", name="Grid", exact=True).click()
    page.get_by_role("button", name="Path", exact=True).click()
    page.get_by_label("Values of optimizer.lr").fill("0.1, 1e-2")
    page.get_by_role("button", name="Path", exact=True).click()
    page.get_by_label("Path 2").fill("init")
    page.get_by_label("Path 2").press("Tab")
    page.get_by_role("button", name="xavier").click()
    page.get_by_role("button", name="orthogonal").click()
    expect(page.locator(".facts")).to_contain_text(re.compile(r"Experiments\s*12"))
    assert spec_of(page)["grid"] == {"optimizer.lr": [0.1, 0.01], "init": ["xavier", "orthogonal"]}
    page.get_by_role("button", name="Random", exact=True).click()
    page.get_by_role("button", name="Path", exact=True).click()
    page.locator("#space-0-from").select_option(label="log uniform")
    page.locator("#space-0-from-low").fill("1e-4")
    page.locator("#space-0-from-high").fill("0.1")
    field(page, "random/n").fill("5")
    expect(page.locator(".facts")).to_contain_text(re.compile(r"Experiments\s*15"))
    assert spec_of(page)["random"] == {
        "n": 5,
        "space": {"optimizer.lr": {"kind": "log_uniform", "low": 0.0001, "high": 0.1}},
    }


@pytest.fixture
def busy(service: Service) -> Iterator[Experiment]:
    """A run that trains in the only slot."""
    experiment = service.client.experiments.create(dataset="digits", layers=[256, 256], epochs=100_000)
    next(experiment.watch())
    yield experiment
    experiment.cancel()
    experiment.wait()


def test_a_probe_names_the_fault_and_mends_the_document_while_every_slot_trains(
    profile: BrowserContext, service: Service, busy: Experiment
) -> None:
    network = {"dataset": "digits", "layers": [30] * 5, "activation": "sigmoid"}
    sick = {**network, "optimizer": {"kind": "sgd", "lr": 0.1}, "epochs": 100}
    with visiting(profile, service.access, viewport=PHONE) as (page, _):
        opened(page)
        page.get_by_label("The document as JSON").fill(json.dumps(sick))
        page.get_by_role("button", name="Probe", exact=True).click()
        card = page.get_by_role("region", name="Probe")
        expect(card).to_contain_text("Will not learn", timeout=60_000)
        expect(card.get_by_role("heading", name="Signal collapse: layers/4")).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        card.get_by_role("button", name="Apply").first.click()
        expect(card).to_contain_text("Ready", timeout=60_000)
        assert spec_of(page)["activation"] == "relu"
    assert busy.refresh().status == "running"


def test_a_fork_says_only_what_changes(page: Page, http: httpx.Client) -> None:
    spec = {"dataset": "digits", "layers": [{"units": 16, "dropout": 0.1}, 8], "init": "xavier", "epochs": 2}
    parent = http.post("/v1/experiments", json=spec, headers={"Prefer": "wait=60"}).json()
    assert parent["status"] == "succeeded"
    opened(page, f"/new?fork={parent['id']}")
    assert spec_of(page) == spec
    field(page, "optimizer/lr").fill("0.01")
    field(page, "epochs").fill("4")
    page.get_by_label("Begins").select_option(label="with the weights of epoch 2")
    with page.expect_request(f"**/experiments/{parent['id']}/fork") as asked:
        page.get_by_role("button", name="Fork").click()
    assert asked.value.headers["idempotency-key"]
    page.wait_for_url("**/experiments/exp_*")
    child = http.get(f"/v1/experiments/{id_of(page)}").json()
    assert child["forked_from"] == parent["id"]
    rows = http.get(f"/v1/experiments/{child['id']}/metrics", params={"after": 2, "wait": 60}).json()["data"]
    assert rows[0]["epoch"] == 3
    wanted = Spec(**{**spec, "optimizer": {"kind": "adam", "lr": 0.01}, "epochs": 4})
    assert child["spec"] == resolved(wanted).document


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_keeps_people_out(profile: BrowserContext, service: Service, dark: bool) -> None:
    with visiting(profile, service.access, viewport=PHONE if dark else DESKTOP, dark=dark) as (page, complaints):
        complaints.refusals = True
        opened(page)
        page.get_by_role("button", name="more of layer 1").click()
        field(page, "optimizer/lr").fill("fast")
        expect(page.get_by_role("button", name="optimizer/lr")).to_be_visible()
        assert barriers(page) == []
        page.goto("/new?sweep")
        page.get_by_role("button", name="one technique at a time").click()
        expect(page.locator(".variant").first).to_be_visible()
        assert barriers(page) == []
        width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0
