"""The large documents of a version, each read from the database only on demand."""

from collections.abc import Iterable

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gradus.wire.finding import Finding, gravest_first
from gradus.wire.statistics import Statistics
from gradus.wire.table import ReadTable
from hub.tables import DatasetVersionRow

_FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])


def read_table(session: Session, version_id: str) -> ReadTable | None:
    """The result of reading a version; None until the version is ready."""
    text = _document(session, version_id, DatasetVersionRow.facts)
    return None if text is None else ReadTable.model_validate_json(text)


def statistics(session: Session, version_id: str) -> Statistics | None:
    """The statistics of a version; None if they were not computed."""
    text = _document(session, version_id, DatasetVersionRow.statistics)
    return None if text is None else Statistics.model_validate_json(text)


def findings(session: Session, version_id: str) -> tuple[Finding, ...]:
    """What is wrong with the data of a version."""
    text = _document(session, version_id, DatasetVersionRow.findings)
    return () if text is None else gravest_first(_FINDINGS.validate_json(text))


def findings_json(found: Iterable[Finding]) -> str:
    """Findings in the form in which the row of a version stores them."""
    return _FINDINGS.dump_json(tuple(found)).decode()


def _document(session: Session, version_id: str, column: InstrumentedAttribute[str | None]) -> str | None:
    return session.scalar(select(column).where(DatasetVersionRow.id == version_id))
