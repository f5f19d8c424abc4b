"""Pages for people: dashboard, API reference and sign-in. The pages themselves contain no protected data."""

import re
from http import HTTPStatus
from pathlib import Path

import fastapi_standalone_docs
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from api.http.negotiation import prefers_html
from api.http.root_path import path_within, root_of
from api.middleware.security_headers import PAGE
from api.web import chart_library, dashboard_page
from api.web.static_files import IMMUTABLE, REVALIDATE, InMemoryFile, StaticFolder, VersionedFolder

router = APIRouter(include_in_schema=False)

_COMPILE_EAGERLY = "//# allFunctionsCalledOnLoad\n"
"""Makes Chromium compile the whole script in the background; otherwise the page freezes for 0.4 s for plotly.js."""


def _chart_library() -> tuple[InMemoryFile, str, str]:
    """The chart library's script file, its styles, and the placeholders that keep it from adding styles itself. The
    text, 10 MB, is not kept in memory."""
    script = chart_library.SCRIPT.read_text(encoding="utf-8")
    served = InMemoryFile((_COMPILE_EAGERLY + script).encode(), "text/javascript")
    return served, chart_library.styles(script), chart_library.placeholders(script)


_CHARTS, _CHART_STYLES, _PLACEHOLDERS = _chart_library()
_VERSION = dashboard_page.version(_CHART_STYLES, _PLACEHOLDERS)
_STYLES = InMemoryFile((_CHART_STYLES + dashboard_page.styles()).encode(), "text/css")
_SWAGGER = Path(fastapi_standalone_docs.__path__[0]) / "static" / "swagger"
_REFERENCE = (dashboard_page.PAGES / "docs.html").read_text()
_SIGN_IN = (dashboard_page.PAGES / "sign-in.html").read_text()
_READ = ["GET", "HEAD"]
_ID = re.compile(r"\w+", re.ASCII)
_NAME = re.compile(r"[^/]{1,100}")
"""The address of a data set's page contains its id or its name."""
_DOCS = PAGE.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI sets inline styles."""


def mount(app: FastAPI) -> None:
    """Serve the pages' static files. All come from this package or installed ones, none from a CDN."""
    app.mount("/pages", VersionedFolder(dashboard_page.PAGES, _VERSION))
    app.mount("/docs", StaticFolder(directory=_SWAGGER))


def _serve(path: str, document: str) -> None:
    own = _NAME if path.startswith("/data/") else _ID

    @router.get(path, name="dashboard")
    async def dashboard(request: Request) -> HTMLResponse:
        known = all(own.fullmatch(str(value)) for value in request.path_params.values())
        return _page(request, document, PAGE, HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)


_DOCUMENTS = dashboard_page.documents(f"/pages/{_VERSION}", _PLACEHOLDERS)
_NOT_FOUND = _DOCUMENTS.pop(dashboard_page.NOT_FOUND_PATH)

for _path, _document in _DOCUMENTS.items():
    _serve(_path, _document)


def not_found_page(request: Request) -> Response | None:
    """The page for an unknown path; None if a program asks, or for API paths and static files."""
    is_page = request.method == "GET" and not path_within(request.scope).startswith(("/v1/", "/pages/", "/plotly/"))
    if not is_page or not prefers_html(request.headers.getlist("Accept")):
        return None
    return _page(request, _NOT_FOUND, PAGE, HTTPStatus.NOT_FOUND)


@router.api_route("/pages/{version}/dashboard.css", methods=_READ)
def styles(request: Request, version: str) -> Response:
    return _STYLES.response(request.scope, IMMUTABLE if version == _VERSION else REVALIDATE)


@router.api_route("/plotly/plotly.min.js", methods=_READ)
def charts(request: Request) -> Response:
    return _CHARTS.response(request.scope)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    return _page(request, _REFERENCE, _DOCS)


@router.get("/sign-in")
async def sign_in(request: Request) -> HTMLResponse:
    return _page(request, _SIGN_IN, PAGE)


@router.get("/openapi.json")
def describe(request: Request) -> Response:
    """The OpenAPI document, with the path prefix that the client used."""
    encoded: InMemoryFile = request.app.state.encoded_openapi(root_of(request))
    return encoded.response(request.scope)


def _page(request: Request, document: str, policy: str, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return HTMLResponse(dashboard_page.rooted(document, root_of(request)), status, headers)
