"""Probes: what a spec will do, before it is queued."""

from api.ids import is_probe_id
from api.services import facts
from api.services.creation import check_quotas
from gradus.errors import NotFound
from gradus.spec.checkpoint import Checkpoint
from gradus.spec.experiment import Spec
from hub.datasets import stored_tables
from hub.datasets.table_ref import TableRef
from hub.hub import Hub
from hub.questions import questions as asked
from hub.questions.question import ProbeQuestion

WITHOUT_EFFECT = {
    "name": "",
    "tags": (),
    "notes": "",
    "priority": 0,
    "checkpoint": Checkpoint(),
    "statistics": "default",
}
"""Fields that do not affect the measurements. Specs that differ only in these fields have the same probe."""


def ask(hub: Hub, workspace_id: str, experiment: Spec) -> str:
    """Ask for the probe of a spec; returns the question's id.

    Raises:
        InvalidSpec: the spec does not fit its data set, or the experiment exceeds a quota.
        TooManyRequests: the workspace has too many open questions.
    """
    resolved = facts.resolved(hub, workspace_id, experiment)
    check_quotas(hub, resolved)
    digest = resolved.spec.dataset.digest
    with hub.write() as session:
        stored = None if digest is None else stored_tables.with_digest(session, workspace_id, digest)
        table = None if stored is None else TableRef(key=stored.key, digest=stored.digest)
        spec = resolved.spec.model_copy(update=WITHOUT_EFFECT)
        question = ProbeQuestion(spec=spec, data=resolved.data, table=table)
        return asked.ask(session, workspace_id, question, hub.settings.quotas)


def check(hub: Hub, workspace_id: str, probe_id: str) -> str:
    """Check that the workspace has this probe, and return its id.

    Raises:
        NotFound: there is no such probe, or it was deleted.
    """
    if is_probe_id(probe_id):
        with hub.read() as session:
            if asked.outcome(session, workspace_id, probe_id) is not None:
                return probe_id
    raise NotFound(f"no probe {probe_id[:100]}: probes are deleted after a week")
