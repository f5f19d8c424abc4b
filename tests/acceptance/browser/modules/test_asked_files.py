"""Files that the Predictions tab sends: their types, and the names of the downloads."""

import pytest
from playwright.sync_api import Route

from tests.acceptance.browser.module_page import ModulePage

TAKE = """async (name) => {
  const { AskedFiles } = await import("/pages/dashboard/pages/experiment/predictions/files.js");
  await new AskedFiles("exp_1", () => {}, () => {}).take([new File(["x"], name)], { epoch: "last" });
}"""


@pytest.mark.parametrize(
    ("name", "type_", "saved"),
    [
        ("rows.csv", "text/csv", "rows-predicted.csv"),
        ("rows.TSV", "text/tab-separated-values", "rows-predicted.csv"),
        ("rows.jsonl", "application/x-ndjson", "rows-predicted.csv"),
        ("of.may.ndjson.gz", "application/x-ndjson", "of.may-predicted.csv"),
        ("rows.csv.zst", "text/csv", "rows-predicted.csv"),
        ("rows.data", "text/csv", "rows.data-predicted.csv"),
        ("rows", "text/csv", "rows-predicted.csv"),
    ],
)
def test_a_table_is_sent_with_its_type_and_answered_in_csv(
    modules: ModulePage, name: str, type_: str, saved: str
) -> None:
    asked = []

    def answer(route: Route) -> None:
        asked.append((route.request.url.partition("?")[2], *map(route.request.headers.get, ("content-type", "accept"))))
        route.fulfill(body="prediction\r\nyes\r\n", content_type="text/csv")

    with modules.emptied() as page:
        page.route("**/v1/experiments/exp_1/predict?*", answer)
        with page.expect_download() as download:
            page.evaluate(TAKE, name)
        page.unroute("**/v1/experiments/exp_1/predict?*")
    assert asked == [("epoch=last", type_, "text/csv")]
    assert download.value.suggested_filename == saved
