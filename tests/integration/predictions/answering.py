"""Plays the worker: answers questions in this process."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from hub.hub import Hub
from hub.questions import leases
from hub.tables import QuestionRow
from worker.answering.answer import answer
from worker.answering.protocol import Ask


def answer_all(hub: Hub, folder: Path) -> int:
    """Answer the open questions; returns their number."""
    with hub.read() as session:
        open_ = session.scalars(select(QuestionRow.id).where(QuestionRow.status == "open")).all()
    for id_ in open_:
        with hub.write() as session:
            claimed = leases.claim(session, id_, "worker", timedelta(seconds=60))
        assert claimed is not None
        ask = Ask(
            question=claimed.question,
            dataset_dirs=tuple(map(str, hub.settings.dataset_dirs)),
            artifacts_url=hub.settings.artifacts_url,
            folder=str(folder),
        )
        with hub.write() as session:
            leases.answered(session, claimed.lease, answer(ask).model_dump_json(), None)
    return len(open_)
