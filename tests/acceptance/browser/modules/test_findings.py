"""Findings in the dashboard: causes before consequences, patches as diffs, and what was measured, predicted and
proved.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.browser.module_page import ModulePage, result

BEGIN = """async () => {
  for (const name of ["findings/order", "findings/list", "merge_patch", "template", "store/changes"]) {
    Object.assign(window, await import(`/pages/dashboard/${name}.js`));
  }
}"""
RATE: dict[str, Any] = {
    "id": "lr_too_high",
    "severity": "critical",
    "layer": "layers/1",
    "column": None,
    "since": {"epoch": 2, "step": 1200},
    "evidence": [
        {
            "statistic": "update ratio",
            "layer": "layers/1",
            "column": None,
            "value": 0.31,
            "threshold": 0.1,
            "healthy": [0.0001, 0.01],
            "rows": None,
        },
        {
            "statistic": "loss",
            "layer": None,
            "column": None,
            "value": "NaN",
            "threshold": 2.3,
            "healthy": [None, 2.3],
            "rows": [3, 1],
        },
    ],
    "because": "the steps are larger than the slope is straight",
    "consequence_of": None,
    "patches": [
        {
            "patch": {"optimizer": {"lr": 0.01}, "schedule": "cosine"},
            "of": "spec",
            "why": "takes smaller steps",
            "predicted": {"update ratio": {"before": 0.31, "after": 0.004}, "twenty": {"before": 0.9, "after": 0.1}},
        }
    ],
    "verified": {
        "patch": {},
        "gain": 0.021,
        "ci95": [0.01, 0.032],
        "seeds": 5,
        "experiments": ["exp_0123456789"],
        "decided": True,
    },
}


def finding(
    name: str, cause: str | None = None, severity: str = "warning", column: str | None = None
) -> dict[str, Any]:
    """A finding without evidence."""
    small: dict[str, Any] = {
        "evidence": [],
        "patches": [],
        "verified": None,
        "layer": None,
        "since": None,
        "because": "of <b>it</b>",
    }
    return {"id": name, "severity": severity, "column": column, "consequence_of": cause, **small}


@pytest.fixture
def page(modules: ModulePage) -> Iterator[Page]:
    with modules.emptied() as page:
        page.evaluate(BEGIN)
        yield page


def test_consequences_stand_below_their_cause_and_nothing_is_lost(page: Page) -> None:
    found = [
        finding("dead_relu", "lr_too_high"),
        finding("lr_too_high"),
        finding("plateau", "dead_relu"),
        finding("orphan", "gone"),
        finding("chicken", "egg"),
        finding("egg", "chicken"),
        finding("itself", "itself"),
    ]
    tree = page.evaluate(
        """findings => {
            const short = ({ finding, consequences }) => [finding.id, ...consequences.map(short)];
            return chainsOf(findings).map(short);
        }""",
        found,
    )
    assert tree == [
        ["lr_too_high", ["dead_relu", ["plateau"]]],
        ["orphan"],
        ["chicken"],
        ["egg"],
        ["itself"],
    ]


def test_the_same_in_many_columns_is_folded(page: Page) -> None:
    found = [finding("data_constant", column=f"c{i}") for i in range(6)]
    found.insert(1, finding("other"))
    page.evaluate(
        """findings => render(findingList(findings, {
            document: () => undefined, actions: () => nothing, rows: () => null,
        }), document.getElementById("here"))""",
        found,
    )
    expect(page.get_by_role("heading", level=2)).to_have_text(["Constant: c0", "Constant: c1", "Other"])
    page.get_by_text("Constant, 4 more").click()
    expect(page.get_by_role("heading", name="Constant: c5")).to_be_visible()
    measured = {**RATE["evidence"][0], "statistic": "share", "layer": None}
    many = {**finding("data_constant"), "evidence": [{**measured, "column": f"c{i}"} for i in range(100)]}
    change = {"dataset": {"columns": {f"c{i}": "ignore" for i in range(700)}}}
    page.evaluate(
        """one => render(findingList([one], { document: () => undefined, actions: () => nothing, rows: () => null }),
            document.getElementById("here"))""",
        {**many, "patches": [{"patch": change, "of": "spec", "why": "w", "predicted": {}}]},
    )
    expect(page.get_by_text("And 88 more.")).to_be_visible()
    expect(page.get_by_text("And 688 more.")).to_be_visible()


CHANGES: list[tuple[Any, Any, Any]] = [
    ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, [["a.b", 1, 3]]),
    ({"a": 1}, {"a": 1}, []),
    ({"a": {"b": 1}}, {"a": {"b": None}}, [["a.b", 1, "nothing"]]),
    ({}, {"a": {"b": "ignore"}}, [["a.b", "nothing", "ignore"]]),
    ({"a": {"kind": "x", "n": 1}}, {"a": {"kind": "y"}}, [["a", {"kind": "x", "n": 1}, {"kind": "y"}]]),
    ({"a": {"kind": "x", "n": 1}}, {"a": {"n": 2}}, [["a.n", 1, 2]]),
    ({"a": [{"n": 1}, {"n": 2}]}, {"a": [{"n": 1}, {"n": 3}]}, [["a.1.n", 2, 3]]),
    ({"a": [1, 2]}, {"a": [1]}, [["a", [1, 2], [1]]]),
    (None, {"ragged": "pad"}, [["ragged", "nothing", "pad"]]),
]


def test_a_patch_is_told_as_the_leaves_that_it_changes(page: Page) -> None:
    told = page.evaluate(
        """cases => cases.map(([document, patch]) => changesOf(document ?? undefined, patch)
            .map(({ path, from, to }) => [path, from ?? "nothing", to ?? "nothing"]))""",
        [[document, patch] for document, patch, _ in CHANGES],
    )
    assert told == [changes for _, _, changes in CHANGES]


def test_a_finding_of_a_run_shows_all_that_is_known(page: Page) -> None:
    page.evaluate(
        """([findings, spec]) => render(findingList(findings, {
            document: () => spec, actions: (patch, isFirst) => isFirst ? "the first answer" : "another",
            rows: () => null,
        }), document.getElementById("here"))""",
        [[RATE, finding("dead_relu", "lr_too_high")], {"optimizer": {"kind": "sgd", "lr": 1}, "schedule": ""}],
    )
    outer, inner = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=2)).all()
    told = " ".join(outer.inner_text().split())  # a thin blank is one, too
    for words in (
        "critical",
        "Learning rate too high: layers/1",
        "since epoch 2, step 1 200",
        "The steps are larger than the slope is straight.",
        "update ratio of layers/1 0.31 limit 0.1 · healthy 1e\u22124 to 0.01",
        "loss NaN healthy up to 2.3 · rows 3, 1",
        "Takes smaller steps.",
        "optimizer.lr 1 0.01",
        'schedule "" cosine',
        "Predicted update ratio 0.31 → 0.004",
        "Predicted loss left after 20 steps 0.9 → 0.1",
        "Verified over 5 pairs: gain 0.021 [0.01, 0.032], in 456789",
        "the first answer",
        "What follows from it",
    ):
        assert words in told, (words, told)
    assert "Dead ReLU" in inner.inner_text()
    assert "Of <b>it</b>." in inner.inner_text()


def test_a_consequence_does_not_offer_what_its_causes_do(page: Page) -> None:
    again = {**RATE["patches"][0], "why": "again"}
    other = {**again, "patch": {"batch_norm": True}, "why": "another way"}
    below = {**finding("dead_relu", RATE["id"]), "patches": [again, other]}
    last = {**finding("plateau", "dead_relu"), "patches": [other, again]}
    page.evaluate(
        """findings => render(findingList(findings, {
            document: () => undefined, actions: () => nothing, rows: () => null,
        }), document.getElementById("here"))""",
        [RATE, below, last],
    )
    expect(page.locator(".patch p")).to_have_text(["Takes smaller steps.", "Another way."])


def test_a_proof_stands_below_the_patch_that_it_is_of(page: Page) -> None:
    first, second = ({"patch": {"epochs": epochs}, "of": "spec", "why": "w", "predicted": {}} for epochs in (10, 20))
    proved = {**RATE["verified"], "patch": second["patch"]}
    running = {"patch": {"epochs": 30}, "sweep_id": "swp_0", "done": 1, "seeds": 5}  # which is not offered any more
    page.evaluate(
        """one => render(findingList([one], { document: () => undefined, actions: () => nothing, rows: () => null }),
            document.getElementById("here"))""",
        {**finding("too_few_steps"), "patches": [first, second], "verified": proved, "verifying": running},
    )
    patches = page.locator(".patch")
    expect(patches.nth(0).locator(".verified")).to_have_count(0)
    expect(patches.nth(1).locator(".verified")).to_contain_text("Verified over 5 pairs")
    expect(page.locator(".finding > .verified")).to_contain_text("Verifying: 1 of at most 5 pairs")


def test_findings_arrive_in_order_of_gravity_and_once(page: Page) -> None:
    events = [
        finding("a", severity="note"),
        finding("data_b", severity="critical"),
        finding("data_b", severity="critical", column="x"),
        {**finding("data_b", severity="critical"), "because": "anew"},
        {**finding("a", severity="note"), "layer": "layers/2"},
    ]
    kept = page.evaluate(
        """events => events.reduce((all, data) => changedFindings(all, { kind: "finding", data }), [])
            .map(({ id, column, because }) => [id, column, because])""",
        events,
    )
    assert kept == [["data_b", None, "anew"], ["data_b", "x", "of <b>it</b>"], ["a", None, "of <b>it</b>"]]
    assert result(page, 'return changedFindings([], { kind: "epoch", data: {} });') == []
