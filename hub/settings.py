"""The service's settings, read once from the environment."""

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
BOUNDS = {
    "lease_seconds": (0.5, 86_400),
    "checkpoint_seconds": (0, 86_400),
    "event_days": (0, 36_500),
    "hang_seconds": (1, 86_400),
    "stop_seconds": (1, 86_400),
    "turn_seconds": (1, 31_536_000),
}
"""Minimum and maximum of each number."""


@dataclass(frozen=True)
class Settings:
    """URLs, folders and limits. The API and the workers use the same settings."""

    database_url: str
    """SQLAlchemy URL: `sqlite:///…` or `postgresql+psycopg://…`."""
    redis_url: str
    artifacts_url: str
    """Any fsspec URL: a folder, `s3://bucket/prefix` …"""
    data_dir: Path
    dataset_dirs: tuple[Path, ...]
    """Searched in this order; downloads go to the last."""
    lease_seconds: float = 15.0
    """Seconds from a worker's last heartbeat to the expiry of its lease on a job. All workers that share a database
    must use the same value."""
    checkpoint_seconds: float = 20.0
    """Seconds of training that a failure within an epoch may lose. At the end of an epoch, half of this suffices for a
    checkpoint. The interval grows if writing a checkpoint is slow."""
    event_days: float = 90.0
    """Days after an experiment's end at which its events are deleted; 0 = never. Metrics and logs stay."""
    hang_seconds: float = 60.0
    """Minimum time without a sign of progress after which a trainer process counts as hung."""
    stop_seconds: float = 5.0
    """Seconds without a report after which a trainer process that was told to stop its job is killed, to free its
    slot; and within which a worker that was told to stop has ended."""
    turn_seconds: float = 600.0
    """Seconds of training after which a run gives way to runs that wait, at the end of an epoch."""
    quotas: Quotas = field(default_factory=Quotas)
    """Quotas of each workspace."""
    webhook_hosts: frozenset[str] = frozenset()
    """Hosts, or `host:port`, that webhooks may call even if they are not public, and without TLS."""

    @property
    def incoming(self) -> Path:
        """The folder for files while the requests that need them are processed."""
        return self.data_dir / "incoming"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read `GRADUS_…`: `DATA_DIR`, `DATASETS_DIR`, `DATABASE_URL`, `REDIS_URL`, `ARTIFACTS_URL`, `LEASE_SECONDS`,
        `CHECKPOINT_SECONDS`, `EVENT_DAYS`, `HANG_SECONDS`, `STOP_SECONDS`, `TURN_SECONDS`, `WEBHOOK_HOSTS` and the
        quotas, `MAX_…`.

        Raises:
            BadRequest: a variable has an invalid value.
        """
        data = data_dir(env)
        given = environment.folder(env, "GRADUS_DATASETS_DIR")
        numbers = {
            name: environment.number(env, f"GRADUS_{name.upper()}", float, *bounds) for name, bounds in BOUNDS.items()
        }
        return cls(
            database_url=_database_url(env) or sqlite_url(data / "gradus.db"),
            redis_url=_url(env, "GRADUS_REDIS_URL", REDIS) or "redis://127.0.0.1:6379/0",
            artifacts_url=environment.text(env, "GRADUS_ARTIFACTS_URL") or str(data / "artifacts"),
            data_dir=data,
            dataset_dirs=(*([given] if given else []), data / "datasets"),
            **{name: number for name, number in numbers.items() if number is not None},
            quotas=Quotas.from_env(env),
            webhook_hosts=_hosts(env.get("GRADUS_WEBHOOK_HOSTS") or ""),
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


def _url(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    """The URL in a variable. Errors do not repeat it, because it may contain a password."""
    url = environment.text(env, name)
    if url is not None and not url.startswith(schemes):
        raise BadRequest(f"{name} must start with {' or '.join(schemes)}", code=environment.CODE)
    return url


def _hosts(text: str) -> frozenset[str]:
    """A comma-separated list of hosts."""
    return frozenset(host for part in text.split(",") if (host := part.strip().lower()))


def sqlite_url(file: Path) -> str:
    """The URL of a database file. It escapes `?` and `%` in the file's name, which have a meaning in URLs."""
    return URL.create("sqlite", database=str(file)).render_as_string()
