"""Pages for people: the API's reference and the sign-in. They hold nothing that needs a key."""

from pathlib import Path

import fastapi_standalone_docs
from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from api.middleware.security import PAGE

router = APIRouter(include_in_schema=False)

_FILES = Path(__file__).parent.parent / "pages"
_SWAGGER = Path(fastapi_standalone_docs.__path__[0]) / "static" / "swagger"
_DOCS = PAGE.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI writes styles into its elements."""


def mount(app: FastAPI) -> None:
    """The files that the pages are made of; they come with packages, none from elsewhere."""
    app.mount("/pages", StaticFiles(directory=_FILES))
    app.mount("/docs", StaticFiles(directory=_SWAGGER))


@router.get("/")
async def front() -> RedirectResponse:
    return RedirectResponse("/docs")


@router.get("/docs")
async def docs() -> FileResponse:
    return FileResponse(_FILES / "docs.html", headers={"Content-Security-Policy": _DOCS})


@router.get("/sign-in")
async def sign_in() -> FileResponse:
    return FileResponse(_FILES / "sign-in.html", headers={"Content-Security-Policy": PAGE})
