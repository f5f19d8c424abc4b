"""The log of an experiment."""

from api.services.lookup import EXPERIMENTS
from gradus.wire.experiment import LogEntry, LogLine, LogPage
from hub.experiments import events
from hub.hub import Hub


def read(hub: Hub, workspace_id: str, experiment_id: str, after: int, limit: int) -> LogPage:
    """The log lines of an experiment with ids greater than `after`.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        newest = EXPERIMENTS.found(session, workspace_id, experiment_id).events
        rows = events.lines(session, experiment_id, min(after, newest), limit)
        return LogPage(
            data=tuple(LogEntry(id=row.seq, at=row.at, **dict(LogLine.model_validate_json(row.data))) for row in rows),
            last_event=newest,
        )
