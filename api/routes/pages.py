"""Pages for people: the dashboard, the API's reference and the sign-in. They hold nothing that needs a key."""

from pathlib import Path

import fastapi_standalone_docs
import plotly
from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse

from api.middleware.security import PAGE
from api.statics import Files

router = APIRouter(include_in_schema=False)

_FILES = Path(__file__).parent.parent / "pages"
_SWAGGER = Path(fastapi_standalone_docs.__path__[0]) / "static" / "swagger"
_PLOTLY = Path(plotly.__path__[0]) / "package_data"
_DASHBOARD = ("/", "/experiments/{id}", "/new", "/compare", "/sweeps", "/sweeps/{id}", "/system")
"""One document for all: its script looks at the address."""
_DOCS = PAGE.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI writes styles into its elements."""


def mount(app: FastAPI) -> None:
    """The files that the pages are made of; they come with packages, none from elsewhere."""
    app.mount("/pages", Files(directory=_FILES))
    app.mount("/docs", Files(directory=_SWAGGER))
    app.mount("/plotly", Files(directory=_PLOTLY))


async def dashboard() -> FileResponse:
    return FileResponse(
        _FILES / "dashboard" / "index.html", headers={"Content-Security-Policy": PAGE, "Cache-Control": "no-cache"}
    )


for _path in _DASHBOARD:
    router.add_api_route(_path, dashboard, methods=["GET"])


@router.get("/docs")
async def docs() -> FileResponse:
    return FileResponse(_FILES / "docs.html", headers={"Content-Security-Policy": _DOCS})


@router.get("/sign-in")
async def sign_in() -> FileResponse:
    return FileResponse(_FILES / "sign-in.html", headers={"Content-Security-Policy": PAGE})
