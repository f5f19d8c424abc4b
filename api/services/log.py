"""The logs of experiments and of data sets."""

from api.services import datasets
from api.services.lookup import EXPERIMENTS
from gradus.wire.dataset import DatasetLogEntry, DatasetLogPage
from gradus.wire.experiment import LogEntry, LogLine, LogPage
from hub.datasets import events as dataset_events
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


def read_of_dataset(hub: Hub, workspace_id: str, id_or_name: str, after: int, limit: int) -> DatasetLogPage:
    """The log lines of a data set with ids greater than `after`.

    Raises:
        NotFound: the workspace sees no such data set.
    """
    with hub.read() as session:
        row = datasets.found(session, workspace_id, id_or_name)
        lines = dataset_events.lines(session, row.id, min(after, row.events), limit)
        return DatasetLogPage(
            data=tuple(
                DatasetLogEntry(id=line.seq, at=line.at, **dict(LogLine.model_validate_json(line.data)))
                for line in lines
            ),
            last_event=row.events,
        )
