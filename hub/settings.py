"""Where the service keeps what, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from gradus import environment
from gradus.data_folder import data_dir
from gradus.errors import BadRequest
from hub.access.quotas import Quotas

DATABASES = ("sqlite:///", "postgresql+psycopg://")
REDIS = ("redis://", "rediss://", "unix://")
NUMBERS = {
    "lease_seconds": (0.5, 86_400),
    "checkpoint_seconds": (0, 86_400),
    "event_days": (0, 36_500),
    "hang_seconds": (1, 86_400),
}
"""The least and the most that each may be."""


@dataclass(frozen=True)
class Settings:
    """Addresses and folders, the same for API and workers."""

    database_url: str
    """SQLAlchemy URL: `sqlite:///…` or `postgresql+psycopg://…`."""
    redis_url: str
    artifacts_url: str
    """Any fsspec URL: a folder, `s3://bucket/prefix` …"""
    data_dir: Path
    dataset_dirs: tuple[Path, ...]
    """Searched in this order; downloads go to the last."""
    lease_seconds: float = 15.0
    """How long a worker owns a job after its last sign of life; the same for every worker of a database."""
    checkpoint_seconds: float = 20.0
    """Training that may have to be done again, in the middle of an epoch; at the end of one there is a checkpoint after
    half of it. More where writing one takes long."""
    event_days: float = 90.0
    """How old the events of an experiment that is over may get; 0 for as old as they like. Metrics and logs stay."""
    hang_seconds: float = 60.0
    """Silence of a training loop after which its process counts as hanging, at least."""
    quotas: Quotas = field(default_factory=Quotas)
    """Of each workspace."""

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read `GRADUS_…`: `DATA_DIR`, `DATASETS_DIR`, `DATABASE_URL`, `REDIS_URL`, `ARTIFACTS_URL`, `LEASE_SECONDS`,
        `CHECKPOINT_SECONDS`, `EVENT_DAYS`, `HANG_SECONDS` and the quotas, `MAX_…`.

        Raises:
            BadRequest: one of them is not what it should be.
        """
        data = data_dir(env)
        given = environment.folder(env, "GRADUS_DATASETS_DIR")
        numbers = {
            name: environment.number(env, f"GRADUS_{name.upper()}", float, *bounds) for name, bounds in NUMBERS.items()
        }
        return cls(
            database_url=_database_url(env) or sqlite_url(data / "gradus.db"),
            redis_url=_url(env, "GRADUS_REDIS_URL", REDIS) or "redis://127.0.0.1:6379/0",
            artifacts_url=environment.text(env, "GRADUS_ARTIFACTS_URL") or str(data / "artifacts"),
            data_dir=data,
            dataset_dirs=(*([given] if given else []), data / "datasets"),
            **{name: number for name, number in numbers.items() if number is not None},
            quotas=Quotas.from_env(env),
        )


def _database_url(env: Mapping[str, str]) -> str | None:
    url = _url(env, "GRADUS_DATABASE_URL", DATABASES)
    if url is not None:
        try:
            make_url(url)
        except (ArgumentError, ValueError):
            raise BadRequest(
                "GRADUS_DATABASE_URL cannot be read: write it like postgresql+psycopg://user:password@host/database",
                code=environment.CODE,
            ) from None
    return url


def _url(env: Mapping[str, str], name: str, beginnings: tuple[str, ...]) -> str | None:
    """The address that the variable is; it may hold a password, and is not repeated."""
    url = environment.text(env, name)
    if url is not None and not url.startswith(beginnings):
        raise BadRequest(f"{name} must begin with {' or '.join(beginnings)}", code=environment.CODE)
    return url


def sqlite_url(file: Path) -> str:
    """The URL of a database in a file, whatever it is called: `?` and `%` mean something in a URL."""
    return URL.create("sqlite", database=str(file)).render_as_string()
