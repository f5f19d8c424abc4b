"""The pages of data sets: uploading files, correcting how they are read, and starting an experiment."""

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from gradus.client import Credentials
from tests.acceptance.browser.accessible import barriers
from tests.acceptance.browser.answering import answer, leave
from tests.acceptance.browser.chromium import PHONE, until, visiting
from tests.acceptance.browser.conftest import Service, Visit

MARKUP = "<img src=x onerror=alert(1)>"
COLUMNS = f'id,"{MARKUP}",zip,when,species\n'
ROWS = "".join(
    f"{i},{'<b>bold</b>' if i % 7 == 0 else 'plain'},{'01067' if i == 3 else 10115 + i},2024-01-{1 + i % 28:02},"
    f"{'cat' if i % 3 else 'dog'}\n"
    for i in range(60)
)
PART = 32 << 20


def choose(page: Page, name: str, content: bytes) -> None:
    """Choose a file on the page of all data sets."""
    page.set_input_files("#dataset-files", {"name": name, "mimeType": "text/csv", "buffer": content})


def upload(page: Page, name: str, content: bytes) -> None:
    """Upload a file with the name that the dialog proposes, and wait for the page of the data set."""
    page.goto("/data")
    expect(page.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    choose(page, name, content)
    page.get_by_role("dialog").get_by_role("button", name="Upload").click()
    page.wait_for_url("**/data/dst_*")


def dataset(http: httpx.Client, page: Page) -> Any:
    """The service's record of the data set on the page."""
    return http.get(f"/v1/datasets/{re.sub('[?#].*', '', page.url).rsplit('/', 1)[1]}").raise_for_status().json()


def test_a_file_is_understood_corrected_and_trained(visit: Visit, http: httpx.Client) -> None:
    page = visit.page
    upload(page, "pets.csv", (COLUMNS + ROWS).encode())
    expect(page.locator(".head .status")).to_have_text("ready")
    assert page.get_by_role("heading", level=1).inner_text().strip() == "pets"
    table = page.get_by_role("region", name="Columns", exact=True)
    expect(table).to_contain_text(MARKUP)  # as text: as an element, it would be an error of the page
    table.get_by_role("button", name="zip").click()
    expect(table).to_contain_text("59 are integers, 1 is an integer with a leading zero")
    expect(table).to_contain_text("It would be an integer if the leading zero is dropped.")
    expect(page.get_by_role("img", name="Values of zip")).to_be_visible()
    assert barriers(page) == []
    page.get_by_label("Target").select_option(label="species")
    page.get_by_label("Type of zip").select_option("integer")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_text("Version 2 is being read")).to_be_visible()
    expect(page.locator(".dataset-facts > div").filter(has_text="Version")).to_contain_text("2")
    expect(page.get_by_label("Type of zip")).to_have_value("integer")
    made = dataset(http, page)
    assert (made["version"], made["target"], made["parse"]["columns"]) == (2, "species", {"zip": "integer"})

    page.get_by_role("tab", name="Rows").click()
    expect(page.get_by_text("Rows 0 to 49 of 60")).to_be_visible()
    page.get_by_role("button", name="Next rows").click()
    expect(page.get_by_role("region", name="Rows", exact=True)).to_contain_text("<b>bold</b>")
    expect(page.get_by_role("region", name="Rows", exact=True).get_by_role("row")).to_have_count(11)
    page.get_by_role("tab", name="Findings").click()
    finding = page.get_by_role("listitem").filter(has_text="Id column: id")
    expect(finding).to_contain_text("60 values in 60 rows")
    assert barriers(page) == []
    finding.get_by_role("link", name="Train with this").click()
    expect(page.get_by_label("The document as JSON")).to_have_value(re.compile('"id": "ignore"'))
    roles = page.get_by_role("group", name="Roles of columns")
    expect(roles.get_by_label("id")).to_have_value(re.compile("."))
    expect(roles.get_by_label("zip")).to_be_visible()
    expect(page.get_by_text("Steps per epoch")).to_be_visible()
    assert barriers(page) == []
    visit.complaints.refusals = True
    page.get_by_text("Inputs by column").click()
    expect(page.locator(".inputs").get_by_role("row", name="when")).to_contain_text("numbers of the date")
    document = {"dataset": {"name": "pets", "columns": {"zip": {"encode": "calendar"}}}, "layers": [4]}
    page.get_by_label("The document as JSON").fill(json.dumps(document))
    expect(roles).to_contain_text("`calendar` encodes dates and times, but 'zip' has the type integer")
    page.get_by_role("link", name="Data", exact=True).click()
    row = page.get_by_role("row", name="pets")
    expect(row).to_contain_text("species")
    row.get_by_role("link", name=re.compile(r"^\d+$")).click()
    expect(page.get_by_role("tab", name="Findings", selected=True)).to_be_visible()


def test_a_run_shows_its_findings_their_rows_and_forks_with_the_patch(page: Page, http: httpx.Client) -> None:
    rows = "".join(f"c{i % 40},{i % 17},{'pq'[i % 3 > 0]},{'ab'[i % 3 > 0]}\n" for i in range(90))
    type_, given = {"Content-Type": "text/csv", "Prefer": "wait=30"}, {"target": "y", "name": "told & co."}
    http.put("/v1/datasets", params=given, content=f"city,x,told,y\n{rows}", headers=type_).raise_for_status()
    spec = {"dataset": "told & co.", "layers": [4], "epochs": 1}
    made = http.post("/v1/experiments", json=spec, headers={"Prefer": "wait=60"}).raise_for_status().json()
    page.goto(f"/experiments/{made['id']}")
    expect(page.locator(".note")).to_contain_text("'told' alone predicts 'y'")
    page.get_by_role("tab", name="Findings").click()
    patched = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Leak: told"))
    expect(patched).to_contain_text("critical")
    expect(page.locator(".note")).to_have_count(0)
    assert barriers(page) == []
    page.get_by_role("link", name="Show the rows").first.click()
    expect(page.get_by_text("The rows that the finding names, of version 1.")).to_be_visible()
    page.go_back()
    expect(patched.get_by_role("list", name="Changes")).to_have_text(re.compile("dataset.columns.told +ignore"))
    patched.get_by_role("link", name="Edit first").click()
    expect(page.get_by_text("Steps per epoch")).to_be_visible()
    expect(page.get_by_label("Target")).to_have_value(re.compile("."))
    page.go_back()
    patched.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Forked from")).to_be_visible()
    page.get_by_role("tab", name="Spec").click()
    expect(page.get_by_role("region", name="Changes").last).to_contain_text("dataset.columns.told.role")


def test_a_file_that_cannot_be_read_shows_the_place_and_what_would_read_it(page: Page, http: httpx.Client) -> None:
    upload(page, "ragged.csv", b"a,b,c\n1,2,3\n4,5\n6,7,8\n")
    fault = page.locator(".note-error")
    expect(fault).to_contain_text("line 3")
    expect(fault.get_by_role("region", name="The text around the error")).to_contain_text("4,5")
    assert barriers(page) == []
    fault.get_by_role("button", name="Read it with ragged: pad").click()
    expect(page.locator(".head .status")).to_have_text("ready")
    expect(fault).to_have_count(0)
    assert dataset(http, page)["rows"] == 3
    page.get_by_role("tab", name="Versions").click()
    table = page.get_by_role("region", name="Versions", exact=True).first
    expect(table.get_by_role("row")).to_have_count(3)
    page.set_input_files("#version-file", {"name": "more.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n" * 2})
    expect(page.get_by_text("Version 3 is being read")).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(4)
    expect(page.locator(".dataset-facts > div").filter(has_text="Version")).to_contain_text("3")


def test_a_wrong_target_is_mended_on_the_page_that_tells_of_it(page: Page, http: httpx.Client) -> None:
    made = http.post("/v1/datasets?name=mistyped&target=b", content="a,c\n1,2\n3,4\n", headers={"Prefer": "wait=60"})
    page.goto(f"/data/{made.json()['id']}")
    expect(page.get_by_text("the target: no column 'b'").first).to_be_visible()
    page.get_by_label("Target").fill("c")
    page.get_by_label("Target").press("Enter")
    until(
        page,
        "fetch(location.pathname.replace('/data', '/v1/datasets')).then(a => a.json()).then(a => a.target === 'c')",
    )
    page.get_by_role("button", name="Read with other options").click()
    page.get_by_role("dialog").get_by_role("button", name="Read again").click()
    expect(page.locator(".head .status")).to_have_text("ready")
    assert dataset(http, page)["target"] == "c"


def test_pictures_are_dropped_and_shown_by_class(page: Page, http: httpx.Client) -> None:
    page.goto("/data")
    page.get_by_text("Drop a file here").wait_for()
    page.evaluate(DROP, ["shapes.zip", list(pictures())])
    page.get_by_role("dialog").get_by_role("button", name="Upload").click()
    page.wait_for_url("**/data/dst_*")
    page.get_by_label("Target").select_option(label="label")
    page.get_by_role("tab", name="Pictures").click()
    for name in ("dark", "light"):
        sheet = page.get_by_role("img", name=f"Pictures of class {name}")
        sheet.scroll_into_view_if_needed()
        until(page, "image => image.naturalWidth > 0", arg=sheet.element_handle())
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/data")
    expect(page.get_by_role("row", name="shapes")).to_have_count(0)


DROP = """([name, bytes]) => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(bytes)], name));
    for (const kind of ["dragover", "drop"])
        document.querySelector(".drop-zone").dispatchEvent(
            new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


def pictures() -> bytes:
    """A ZIP file with a folder of pictures for each of two classes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for i in range(8):
            picture = io.BytesIO()
            Image.new("RGB", (8, 8), (i * 4, 0, 0) if i % 2 else (255, 255, 250 - i)).save(picture, "PNG")
            archive.writestr(f"{'dark' if i % 2 else 'light'}/{i}.png", picture.getvalue())
    return content.getvalue()


def test_an_upload_goes_on_after_a_reload(visit: Visit, http: httpx.Client, tmp_path: Path) -> None:
    page, file = visit.page, tmp_path / "large.csv"
    file.write_bytes(bytes(PART + 1000))  # no table, which is soon found out: this is about the way there
    sent: list[str] = []

    answer(page, "*/parts/2", lambda _: sent.append("held"))  # and never answered
    page.goto("/data")
    page.set_input_files("#dataset-files", file)
    page.get_by_role("dialog").get_by_role("button", name="Upload").click()
    until(page, "size => document.querySelector('.uploads progress')?.value >= size", arg=PART)
    assert sent == ["held"]
    page.reload()  # ends the held request, which would go out once the route is gone
    leave(page)
    expect(page.get_by_text("Choose or drop “large.csv” again")).to_be_visible()
    assert barriers(page) == []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.set_input_files("#dataset-files", file)
    page.wait_for_url("**/data/dst_*")
    assert [url.rsplit("/", 1)[1] for url in sent[1:]] == ["2"]
    assert sum(one["size"] for one in newest(http, page)["sources"]) == PART + 1000
    expect(page.locator(".head .status")).to_have_text("failed")


def newest(http: httpx.Client, page: Page) -> Any:
    number = dataset(http, page)["versions"][0]["number"]
    return http.get(f"/v1/datasets/{dataset(http, page)['id']}/versions/{number}").raise_for_status().json()


def test_who_may_only_look_sees_all_and_changes_nothing(
    profile: BrowserContext, service: Service, http: httpx.Client
) -> None:
    made = http.put(
        "/v1/datasets?name=looked-at", content=COLUMNS + ROWS, headers={"Content-Type": "text/csv", "Prefer": "wait=30"}
    )
    key = http.post("/v1/keys", json={"name": "looker", "role": "viewer"}).raise_for_status().json()["key"]
    access = Credentials(url=service.access.url, key=key)
    with visiting(profile, access, viewport=PHONE, dark=True) as (page, _):
        page.goto("/data")
        expect(page.get_by_role("row", name="looked-at")).to_contain_text("ready")
        expect(page.get_by_role("button", name="Upload")).to_have_count(0)
        assert barriers(page) == []
        page.goto(f"/data/{made.json()['id']}")
        page.get_by_role("button", name="zip").click()
        expect(page.get_by_role("img", name="Values of zip")).to_be_visible()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        for name in ("Delete", "Edit name, tags and notes"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        expect(page.locator("select")).to_have_count(0)
