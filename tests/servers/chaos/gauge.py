"""The progress of a service, read directly from its database."""

from dataclasses import dataclass

from sqlalchemy import func, select

from gradus.status import FINAL
from hub.database.database import DATABASE_AWAY, Database
from hub.tables import ExperimentRow, JobRow


@dataclass(frozen=True)
class Standing:
    """The progress of all experiments together."""

    epochs: int
    """Number of recorded epochs."""
    open: int
    """Number of experiments that have not ended."""
    open_jobs: int


class Gauge:
    """Reads the progress from one database."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)

    def standing(self) -> Standing | None:
        """The current progress; None while the database is away."""
        row, job = ExperimentRow, JobRow
        unfinished = func.count().filter(row.status.not_in(FINAL))
        try:
            with self._database.read() as session:
                epochs, waiting = session.execute(select(func.coalesce(func.sum(row.epoch), 0), unfinished)).one()
                open_jobs = session.scalar(select(func.count()).select_from(job).where(~job.done)) or 0
        except DATABASE_AWAY:
            return None
        return Standing(epochs, waiting, open_jobs)

    def arrays(self) -> list[list[str]]:
        """The ids of the experiments that were trained together, in the order of their places in the array."""
        row = ExperimentRow
        found: dict[str, list[str]] = {}
        with self._database.read() as session:
            for job_id, one in session.execute(select(row.job_id, row.id).order_by(row.job_id, row.place)):
                found.setdefault(job_id, []).append(one)
        return list(found.values())

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.close()
