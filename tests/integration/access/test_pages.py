"""What every answer says to browsers, and pages that obey it."""

import re

import httpx
import pytest

from tests.integration.access.doors import SPEC

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
    ("GET", "/", 307),
    ("GET", "/docs/swagger-ui-bundle.js", 200),
    ("GET", "/pages/nowhere.js", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_tells_browsers_to_keep_others_out(trusting: str, method: str, path: str, status: int) -> None:
    with httpx.stream(method, f"{trusting}{path}", json=SPEC if method == "POST" else None) as answer:
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


@pytest.mark.parametrize("page", ["/docs", "/sign-in"])
def test_a_page_takes_everything_from_its_own_service_and_has_no_script_inside(trusting: str, page: str) -> None:
    text = httpx.get(f"{trusting}{page}").text
    parts = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert [part for part in parts if part != "data:,"]
    for part in parts:
        assert part == "data:," or httpx.get(f"{trusting}{part}").status_code == 200, part
    assert not re.search(r"<script[^>]*>\s*[^<\s]|<style|\son\w+=|style=|javascript:", text)


def test_the_scripts_of_the_pages_call_this_service_alone(trusting: str) -> None:
    for script in ("docs.js", "sign-in.js"):
        text = httpx.get(f"{trusting}/pages/{script}").text
        assert not re.search(r"https?://|\beval\b|innerHTML|new Function", text)
        assert re.search(r'"/(openapi\.json|v1/session)"', text)
