"""Pages for people: the dashboard, the API's reference and the sign-in. They hold nothing that needs a key."""

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
from api.web.static_files import ASKED, KEPT, Files, Made, Versioned

router = APIRouter(include_in_schema=False)

_EAGERLY = "//# allFunctionsCalledOnLoad\n"
"""Has Chromium compile all of a script beside the page, which would stand still for it: 0.4 s for plotly.js."""


def _chart_library() -> tuple[Made, str, str]:
    """Its script, its styles, and what keeps it from writing them; the text itself, 10 MB, is not kept."""
    script = chart_library.SCRIPT.read_text(encoding="utf-8")
    served = Made((_EAGERLY + script).encode(), "text/javascript")
    return served, chart_library.styles(script), chart_library.placeholders(script)


_CHARTS, _CHART_STYLES, _PLACEHOLDERS = _chart_library()
_VERSION = dashboard_page.version(_CHART_STYLES, _PLACEHOLDERS)
_STYLES = Made((_CHART_STYLES + dashboard_page.styles()).encode(), "text/css")
_SWAGGER = Path(fastapi_standalone_docs.__path__[0]) / "static" / "swagger"
_REFERENCE = (dashboard_page.PAGES / "docs.html").read_text()
_SIGN_IN = (dashboard_page.PAGES / "sign-in.html").read_text()
_READ = ["GET", "HEAD"]
_ID = re.compile(r"\w+", re.ASCII)
_DOCS = PAGE.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI writes styles into its elements."""


def mount(app: FastAPI) -> None:
    """The files that the pages are made of; they come with packages, none from elsewhere."""
    app.mount("/pages", Versioned(dashboard_page.PAGES, _VERSION))
    app.mount("/docs", Files(directory=_SWAGGER))


def _serve(path: str, document: str) -> None:
    @router.get(path, name="dashboard")
    async def dashboard(request: Request) -> HTMLResponse:
        known = all(_ID.fullmatch(str(one)) for one in request.path_params.values())
        return _page(request, document, PAGE, HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)


_DOCUMENTS = dashboard_page.documents(f"/pages/{_VERSION}", _PLACEHOLDERS)
_NOWHERE = _DOCUMENTS.pop(dashboard_page.NOWHERE)

for _path, _document in _DOCUMENTS.items():
    _serve(_path, _document)


def nowhere(request: Request) -> Response | None:
    """What a person sees at an address that has nothing; None for a program, and for what pages are made of."""
    is_page = request.method == "GET" and not path_within(request.scope).startswith(("/v1/", "/pages/", "/plotly/"))
    if not is_page or not prefers_html(request.headers.getlist("Accept")):
        return None
    return _page(request, _NOWHERE, PAGE, HTTPStatus.NOT_FOUND)


@router.api_route("/pages/{version}/dashboard.css", methods=_READ)
def styles(request: Request, version: str) -> Response:
    return _STYLES.response(request.scope, KEPT if version == _VERSION else ASKED)


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
    """The OpenAPI document, whose server is where the client found it."""
    written: Made = request.app.state.written(root_of(request))
    return written.response(request.scope)


def _page(request: Request, document: str, policy: str, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return HTMLResponse(dashboard_page.rooted(document, root_of(request)), status, headers)
