"""The application and its OpenAPI document, without any requests."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.app import create_app
from hub.hub import Hub
from hub.settings import Settings


def application(folder: Path) -> FastAPI:
    """The application of a hub in the folder, without a broker."""
    return create_app(Hub(Settings(f"sqlite:///{folder}/x.db", "redis://127.0.0.1:1", str(folder), folder, (folder,))))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application."""
    return application(tmp_path_factory.mktemp("hub"))


@pytest.fixture(scope="session")
def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    return app.openapi()
