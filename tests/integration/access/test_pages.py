"""The security headers of every response, and pages that comply with them."""

import re
from pathlib import Path

import httpx
import plotly
import pytest
from fastapi import FastAPI

import api
from api.web import chart_library
from api.web.static_files import VersionedFolder
from hub.hub import Hub
from tests.integration.access.credentials import SPEC, bearer, make_key, serving
from tests.servers import patient

PAGES = Path(api.__file__).parent / "web" / "pages"
ANSWERS = [
    ("GET", "/v1/experiments", 200),
    ("POST", "/v1/experiments", 201),
    ("GET", "/v1/events", 200),
    ("GET", "/v1/experiments/exp_x", 404),
    ("GET", "/nowhere", 404),
    ("PUT", "/v1/experiments", 405),
    ("GET", "/healthz", 200),
    ("GET", "/openapi.json", 200),
    ("GET", "/docs", 200),
    ("GET", "/sign-in", 200),
    ("GET", "/", 200),
    ("GET", "/experiments/exp_x", 200),
    ("GET", "/plotly/plotly.min.js", 200),
    ("GET", "/docs/swagger-ui-bundle.js", 200),
    ("GET", "/pages/nowhere.js", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_tells_browsers_to_keep_others_out(
    shared_url: str, module_hub: Hub, method: str, path: str, status: int
) -> None:
    body, headers = SPEC if method == "POST" else None, bearer(make_key(module_hub).key)
    with httpx.stream(method, f"{shared_url}{path}", json=body, headers=headers, timeout=300) as answer:
        assert answer.status_code == status
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert not re.search(r"unsafe-eval|script-src [^;]*unsafe-inline|https?:|\*", policy)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        if path.startswith("/v1/"):
            assert re.search("private|no-store", answer.headers["cache-control"])


@pytest.mark.parametrize("page", ["/docs", "/sign-in", "/", "/compare", "/sweeps/swp_x"])
def test_a_page_takes_everything_from_its_own_service_and_has_no_script_inside(shared_url: str, page: str) -> None:
    text = patient.get(f"{shared_url}{page}").text
    parts = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert [part for part in parts if part != "data:,"]
    for part in parts:
        assert part == "data:," or patient.get(f"{shared_url}{part}").status_code == 200, part
    assert not re.search(r"<script[^>]*>\s*[^<\s]|<style|\son\w+=|style=|javascript:", text)


PACKED = [
    "/plotly/plotly.min.js",
    "/docs/swagger-ui.css",
    "/pages/dashboard/app.js",
    "/pages/dashboard/icon.svg",
    "/pages/0123456789ab/dashboard.css",
]


@pytest.mark.parametrize("path", PACKED)
def test_a_file_comes_packed_to_who_unpacks(shared_url: str, path: str) -> None:
    plain = patient.get(f"{shared_url}{path}", headers={"Accept-Encoding": "gzip;q=0, br"})
    packed = patient.get(f"{shared_url}{path}", headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["etag"] == plain.headers["etag"]
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < 0.8 * int(plain.headers["content-length"])


def modules() -> list[Path]:
    """The scripts of all pages."""
    return sorted(PAGES.rglob("*.js"))


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PAGES)))
def test_the_scripts_of_the_pages_call_this_service_alone(shared_url: str, module: Path) -> None:
    text = patient.get(f"{shared_url}/pages/{module.relative_to(PAGES)}").text
    assert text == module.read_text()
    assert not re.search(r"https?://(?!\$)|\beval\b|innerHTML|new Function|unsafe", text)


def test_a_browser_asks_each_time_whether_its_script_is_still_good(shared_url: str) -> None:
    """Scripts of two different versions would not work together."""
    first = patient.get(f"{shared_url}/pages/dashboard/app.js")
    assert first.headers["cache-control"] == "no-cache"
    again = patient.get(f"{shared_url}/pages/dashboard/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


@pytest.mark.parametrize("page", ["/", "/compare", "/new", "/sweeps/swp_x"])
def test_a_page_names_what_it_needs_and_a_browser_may_keep_it(shared_url: str, page: str) -> None:
    linked = re.findall(r'href="([^"]+\.(?:js|css))"', patient.get(f"{shared_url}{page}").text)
    kept = [part for part in linked if part.startswith("/pages/")]
    for needed in ("/dashboard.css", "/dashboard/template.js", "/dashboard/template/region.js"):
        assert any(part.endswith(needed) for part in kept), needed
    for part in kept:
        assert "immutable" in patient.get(f"{shared_url}{part}").headers["cache-control"], part


def test_a_browser_is_asked_to_compile_the_chart_library_beside_the_page(shared_url: str) -> None:
    head, _, rest = patient.get(f"{shared_url}/plotly/plotly.min.js").text.partition("\n")
    assert head == "//# allFunctionsCalledOnLoad"
    assert rest == (Path(plotly.__path__[0]) / "package_data" / "plotly.min.js").read_text()


def test_the_chart_library_s_styles_are_read_out_of_its_script() -> None:
    """By itself, the library would add its styles to the page, which the content security policy forbids."""
    script = chart_library.SCRIPT.read_text(encoding="utf-8")
    styles = chart_library.styles(script)
    assert ".js-plotly-plot .plotly .main-svg { position:absolute;top:0;left:0;pointer-events:none; }\n" in styles
    assert ".plotly-notifier p { margin:0; }\n" in styles
    assert styles.count("{") == styles.count("}") == styles.count("\n") > 50
    written = re.findall(r'createElement\("style"\)', script)
    held = chart_library.placeholders(script)
    assert len(written) == held.count("<template ") == 2, "each style element that it would write has a place"


def test_a_script_without_styles_of_that_form_is_served_still() -> None:
    assert chart_library.styles("nothing of the kind") == ""


def test_a_page_gets_all_its_styles_at_once(shared_url: str) -> None:
    (address,) = re.findall(r'rel="stylesheet" href="([^"]+)"', patient.get(f"{shared_url}/").text)
    styles = patient.get(f"{shared_url}{address}").text
    in_order = re.findall(r"css/\w+\.css", (PAGES / "dashboard" / "index.html").read_text())
    assert sorted(in_order) == sorted(f"css/{file.name}" for file in (PAGES / "dashboard" / "css").glob("*.css"))
    ours = "".join((PAGES / "dashboard" / name).read_text() for name in in_order)
    assert styles == chart_library.styles(chart_library.SCRIPT.read_text(encoding="utf-8")) + ours
    assert not re.search(r"url\(|@import", styles), "what is named there is looked for beside the file"


EVERYWHERE = {"theme", "base", "shell", "parts", "fault", "fields", "messages", "tabs", "chart", "form"}
"""The style sheets that several pages share."""


def test_a_style_sheet_of_a_page_reaches_no_other() -> None:
    folder = PAGES / "dashboard" / "css"
    for file in sorted(folder.glob("*.css")):
        rules = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL).strip()
        if file.stem in EVERYWHERE:
            assert "@scope" not in rules, file.name
        else:
            assert re.match(r"@scope \((\.page-\w+|\.dialog)(, (\.page-\w+|\.dialog))*\) \{\n", rules), file.name
            assert re.findall(r"^\S.*", rules, re.MULTILINE)[1:] == ["}"], f"{file.name}: a rule outside of its scope"


@pytest.mark.parametrize("path", ["/plotly/plotly.min.js", "/pages/0123456789ab/dashboard.css"])
def test_what_a_browser_has_already_is_not_sent_again(shared_url: str, path: str) -> None:
    first = httpx.head(f"{shared_url}{path}")
    assert (first.status_code, first.content, first.headers["cache-control"]) == (200, b"", "no-cache")
    for tag, status in {first.headers["etag"]: 304, '"another"': 200}.items():
        assert patient.get(f"{shared_url}{path}", headers={"If-None-Match": tag}).status_code == status


def test_below_the_word_of_another_version_is_what_there_is_now(shared_url: str) -> None:
    other, plain = (patient.get(f"{shared_url}/pages/{below}dashboard/app.js") for below in ("0123456789ab/", ""))
    assert other.content == plain.content
    assert other.headers["cache-control"] == "no-cache"
    assert patient.get(f"{shared_url}/pages/0123456789ab/dashboard/nothing.js").status_code == 404


def test_a_file_that_changed_since_the_start_is_kept_by_nobody(tmp_path: Path) -> None:
    script = tmp_path / "one.js"
    script.write_text("1")
    app = FastAPI()
    app.mount("/pages", VersionedFolder(tmp_path, "0123456789ab"))
    with serving(app) as url:
        at = f"{url}/pages/0123456789ab/one.js"
        assert "immutable" in patient.get(at).headers["cache-control"]
        script.write_text("22")
        assert patient.get(at).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PAGES)))
def test_what_a_module_imports_is_there(module: Path) -> None:
    imports = r"""(?:^(?:import|export) [^;`]*?from |\bimport\()"([^"]+)\""""
    for place in re.findall(imports, module.read_text(), re.MULTILINE):
        path = PAGES / place.removeprefix("/pages/") if place.startswith("/") else module.parent / place
        assert path.is_file(), place


ABSOLUTE = re.compile(
    r"""(?:href|src)=(?:\$\{)?["'`]/|(?:fetch|EventSource|assign|replace|pushState|replaceState)\((?:[^()]*, )?["'`]/"""
    r"""|\.(?:src|href) = ["'`]/|location\.origin\}/"""
)
"""Absolute paths in a script. They would be wrong if a proxy serves the service below a path."""


def test_scripts_name_no_address_but_by_where_the_service_is() -> None:
    """Scripts call `at` of `address.js`, which adds the path below which a proxy may serve the service."""
    found = {str(file.relative_to(PAGES)): ABSOLUTE.findall(file.read_text()) for file in modules()}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


@pytest.mark.parametrize(
    "text", ['<a href="/new">', "<a href=${`/experiments/${id}`}>", 'fetch("/readyz")', "location.assign(`/sign-in`)"]
)
def test_the_search_for_such_addresses_finds_them(text: str) -> None:
    assert ABSOLUTE.search(text)
