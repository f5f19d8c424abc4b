"""The end of work on a version: what is written into its row and into the log, however it ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.datasets import datasets, events, records
from hub.datasets.events import DatasetEvent, Event
from hub.datasets.reading_lease import ReadingLease
from hub.settings import Settings
from hub.tables import DatasetRow, DatasetVersionRow


def released() -> dict[str, Any]:
    """The values of a version's columns when no worker has it any more."""
    return {"owner": None, "lease_until": None, "progress": None}


def tell(session: Session, lease: ReadingLease, new: Sequence[Event], settings: Settings, at: datetime) -> None:
    """Append the last events, and give the data set the status of this version, if it is its newest version."""
    session.expire_all()
    datasets.set_status(session, session.get_one(DatasetVersionRow, lease.version_id))
    row = session.get_one(DatasetRow, lease.dataset_id)
    session.refresh(row)
    (record,) = records.listed(session, [row], settings.dataset_dirs)
    over = [DatasetEvent.STATUS, DatasetEvent.END] if row.status != "reading" else [DatasetEvent.STATUS]
    events.append(session, row.id, [*new, *((kind, record) for kind in over)], at)
