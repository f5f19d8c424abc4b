"""Routers, whose routes are made once and are the same in every application of a process.

FastAPI's `include_router` would make each route once more in each application, when the first request looks for it.
"""

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from api.auth.dependencies import permitted
from api.openapi.responses import GUARDED, REFUSED, Responses


def keyed_router(tag: str) -> APIRouter:
    """A router all of whose routes require an API key or a session whose role permits the method."""
    return APIRouter(
        tags=[tag],
        dependencies=[Depends(permitted)],
        responses={**REFUSED, **GUARDED},
        generate_unique_id_function=_named,
    )


def open_router(tag: str, problems: Responses) -> APIRouter:
    """A router of public routes, and of routes that authenticate by themselves."""
    return APIRouter(tags=[tag], responses={**REFUSED, **problems}, generate_unique_id_function=_named)


def _named(route: APIRoute) -> str:
    return route.name
