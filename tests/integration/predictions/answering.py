"""Acts as the worker: answers questions in this process."""

from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from gradus.errors import GradusError
from hub.hub import Hub
from hub.questions import leases
from hub.tables import QuestionRow
from worker.answering.answer import answer
from worker.answering.protocol import Ask
from worker.linked_files import link_files


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
            folder=str(own := folder / id_),
        )
        own.mkdir()
        try:
            said = answer(ask).model_dump_json()
        except GradusError as error:
            with hub.write() as session:
                leases.fail(session, claimed.lease, error)
            continue
        files = hub.artifacts.put(claimed.lease.key, partial(link_files, own)) if any(own.iterdir()) else None
        with hub.write() as session:
            leases.answered(session, claimed.lease, said, files)
    return len(open_)
