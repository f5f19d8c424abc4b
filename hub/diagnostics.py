"""Diagnostics of the database and of Redis for `gradus doctor`; `python -m hub.diagnostics` prints them as JSON.

The checks change nothing: a missing database is not created.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from gradus.errors import Unavailable
from hub.database.database import Database, sqlite_module
from hub.database.schema_version import mismatch, version
from hub.environment_errors import exit_on_environment_error
from hub.messaging.pubsub import PubSub
from hub.messaging.redis_errors import REDIS_TROUBLE
from hub.settings import Settings
from hub.valkey import ValkeyServer
from hub.valkey.executable import find_executable

SAFE_SQLITE = (3, 51, 3)
"""Earlier versions of SQLite have a rare bug that can corrupt a WAL which several processes write and reset."""


@dataclass(frozen=True)
class Finding:
    """The result of a check. `ok` is null if there is nothing to check yet."""

    ok: bool | None
    said: str


def diagnose(settings: Settings, env: Mapping[str, str]) -> dict[str, Finding]:
    """All findings, by name."""
    found = {"database": _database(settings.database_url), "redis": _redis(settings, env)}
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        found["sqlite"] = _sqlite()
    return found


def _sqlite() -> Finding:
    module = sqlite_module()
    version: str = module.sqlite_version
    return Finding(
        ok=tuple(map(int, version.split("."))) >= SAFE_SQLITE,
        said=f"{version}, from {module.__name__.partition('.')[0]}",
    )


def _database(url: str) -> Finding:
    where = make_url(url).render_as_string(hide_password=True)
    path = make_url(url).database
    if where.startswith("sqlite") and not Path(path or "").exists():
        return Finding(ok=None, said=f"{path} does not exist yet")
    database = Database(url)
    try:
        with database.read() as session:
            fault, present = mismatch(session), version(session)
    except (SQLAlchemyError, OSError) as error:
        return Finding(ok=False, said=f"{where}: {str(error).splitlines()[0]}")
    finally:
        database.close()
    return Finding(ok=fault is None, said=fault or f"{where}, schema {present}")


def _redis(settings: Settings, env: Mapping[str, str]) -> Finding:
    """Check the Redis that the environment names, else the embedded Valkey, which runs only with the service."""
    if "GRADUS_REDIS_URL" not in env:
        return _embedded(settings.data_dir / "valkey")
    pubsub = PubSub(settings.redis_url)
    try:
        pubsub.ping()
    except REDIS_TROUBLE as error:
        return Finding(ok=False, said=f"{type(error).__name__}: {error}")
    finally:
        pubsub.close()
    return Finding(ok=True, said="answers")


def _embedded(folder: Path) -> Finding:
    if ValkeyServer(folder).find():
        return Finding(ok=True, said="answers at its socket")
    try:
        return Finding(ok=None, said=f"not running; gradus up starts {find_executable()}")
    except Unavailable as error:
        return Finding(ok=False, said=error.detail)


def main() -> None:
    """Print the findings as one JSON object."""
    with exit_on_environment_error():
        found = diagnose(Settings.from_env(), os.environ)
    print(json.dumps({name: asdict(finding) for name, finding in found.items()}))  # noqa: T201


if __name__ == "__main__":
    main()
