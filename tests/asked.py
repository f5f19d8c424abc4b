"""Predictions of a data set, requested and computed without a worker."""

from datetime import timedelta
from pathlib import Path

from gradus.spec.experiment import Spec
from hub.datasets.table_ref import TableRef
from hub.hub import Hub
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.questions import leases, questions
from hub.questions.question import PredictionsQuestion, TrainedNetwork
from tests.built_in import resolved

AT = CheckpointRef(key="exp_1/1-1-9", digest="d", size=1, epoch=1, step=9, whole=True)


def predicted(hub: Hub, workspace_id: str, experiment_id: str) -> str:
    """The id of predictions of an experiment, whose result is a file with one line."""
    one = resolved(Spec(dataset="digits", layers=[8]))
    network = TrainedNetwork(experiment_id=experiment_id, spec=one.spec, data=one.data, epoch=1, checkpoint=AT)
    question = PredictionsQuestion(
        network=network, dataset="a", table=TableRef(key="ver_1/1", digest="d"), format="csv", probabilities=False
    )
    with hub.write() as session:
        id_ = questions.ask(session, workspace_id, question)
    with hub.write() as session:
        claimed = leases.claim(session, id_, "wrk_1", timedelta(seconds=60))
    assert claimed is not None

    def fill(folder: Path) -> None:
        (folder / "predictions.csv").write_text("prediction\n")

    files = hub.artifacts.put(claimed.lease.key, fill)
    with hub.write() as session:
        answer = '{"rows": 0, "bytes": 11, "columns": ["prediction"]}'
        leases.answered(session, claimed.lease, answer, files)
    return id_
