"""What the service says of itself, before anybody asks it anything."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.app import create_app
from hub.hub import Hub
from hub.settings import Settings


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application."""
    folder: Path = tmp_path_factory.mktemp("hub")
    return create_app(Hub(Settings(f"sqlite:///{folder}/x.db", "redis://127.0.0.1:1", str(folder), folder, (folder,))))


@pytest.fixture(scope="session")
def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document."""
    return app.openapi()
