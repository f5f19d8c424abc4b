"""The trained network of an experiment at the end of an epoch, for a question."""

from sqlalchemy.orm import Session

from gradus.device_name import CpuName
from hub.datasets import stored_tables
from hub.datasets.table_ref import TableRef
from hub.experiments.mapping import resolved_of
from hub.jobs.weights import Epoch, weights_of
from hub.questions.question import TrainedNetwork
from hub.tables import ExperimentRow


def trained(session: Session, row: ExperimentRow, epoch: Epoch) -> TrainedNetwork:
    """An experiment's network at the end of an epoch.

    Raises:
        NotFound: no checkpoint has the weights of this epoch.
    """
    weights, one = weights_of(session, row, epoch), resolved_of(row)
    digest = one.spec.dataset.digest
    found = None if digest is None else stored_tables.with_digest(session, row.workspace_id, digest)
    return TrainedNetwork(
        experiment_id=row.id,
        spec=one.spec.model_copy(update={"name": "", "tags": (), "notes": "", "priority": 0}),
        data=one.data,
        epoch=weights.epoch,
        checkpoint=weights.checkpoint,
        which=weights.which,
        table=None if found is None else TableRef(key=found.key, digest=found.digest),
        libraries=CpuName.products_of(row.device),
    )
