"""The environment for benchmarks of the hub: real servers with durable settings, and running jobs."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from gradus.examples import ADAM_BATCH_NORM
from gradus.status import EventKind
from gradus.wire.metrics import MetricsRow
from hub.database.database import Database, now
from hub.experiments import experiments
from hub.experiments.events import Event, append
from hub.experiments.experiments import Origin
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import claims
from hub.migrate import upgrade
from hub.settings import Settings
from hub.tables import DEFAULT_WORKSPACE
from hub.valkey import ValkeyServer
from tests.built_in import prepared
from tests.servers.postgres import DURABLE, postgres_in

DATABASES = ("SQLite", "Postgres")


@contextmanager
def stages(folder: Path, kinds: tuple[str, ...] = DATABASES) -> Iterator[Mapping[str, Settings]]:
    """Valkey and a migrated database of each kind, in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # Postgres may run as another user
    with ExitStack() as stack:
        (folder / "valkey").mkdir(exist_ok=True)
        valkey = stack.enter_context(ValkeyServer(folder / "valkey"))
        urls = {kind: _url(kind, folder, stack) for kind in kinds}
        for url in urls.values():
            upgrade(url)
        yield {kind: settings(url, valkey.url, folder) for kind, url in urls.items()}


def settings(database_url: str, redis_url: str, folder: Path) -> Settings:
    """The settings of the measured hub."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        artifacts_url=str(folder / "artifacts"),
        data_dir=folder,
        dataset_dirs=(folder / "datasets",),
    )


def database_version(url: str) -> str:
    """The server's version."""
    database = Database(url)
    query = "SHOW server_version" if database.engine.dialect.name == "postgresql" else "SELECT sqlite_version()"
    with database.read() as session:
        version = str(session.execute(text(query)).scalar_one())
    database.close()
    return version


def claimed_job(hub: Hub, members: int, owner: str) -> claims.Claim:
    """A new job with this number of experiments, claimed by a worker."""
    with hub.write() as session:
        at = now(session)
        new = [(prepared(ADAM_BATCH_NORM), Origin(new_id("exp"))) for _ in range(members)]
        rows = experiments.add_all(session, DEFAULT_WORKSPACE, new, [range(members)], at)
        append(session, [Event(row.id, EventKind.STATUS, record(row)) for row in rows], at)
    with hub.write() as session:
        claimed = claims.claim(session, rows[0].job_id, owner, "cpu:1")
    assert claimed is not None
    assert len(claimed.members) == members
    return claimed


def metrics_row(epoch: int) -> MetricsRow:
    """The metrics of one epoch, with as many digits as real ones."""
    return MetricsRow(
        epoch=epoch,
        step=1100 * epoch,
        train_loss=0.123456789012345 / epoch,
        train_accuracy=0.9678901234567,
        validation_loss=0.0987654321098765,
        validation_accuracy=0.9788,
        test_loss=0.0912345678901234,
        test_accuracy=0.9809,
        penalty=0.0,
        learning_rate=0.001,
        gradient_norm=0.4567890123456789,
        seconds=1.234567890123456,
        samples_per_second=44550.1234567890,
        at=datetime.now(UTC),
    )


def _url(kind: str, folder: Path, stack: ExitStack) -> str:
    if kind == "SQLite":
        return f"sqlite:///{folder / 'gradus.db'}"
    (folder / "pg").mkdir(exist_ok=True)
    return stack.enter_context(postgres_in(folder / "pg", DURABLE)).url()
