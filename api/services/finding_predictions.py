"""The predicted effects of the patches of a finished run's findings. They are requested when the findings are read, and
stored with them."""

import json

from sqlalchemy.orm import Session

from api.services.lookup import EXPERIMENTS
from api.services.probes import WITHOUT_EFFECT
from gradus.errors import TooManyRequests
from gradus.status import FINAL
from gradus.wire.finding import Finding
from hub.datasets import stored_tables
from hub.datasets.table_ref import TableRef
from hub.experiments.found import OF_DATA
from hub.experiments.mapping import resolved_of, stored_findings
from hub.hub import Hub
from hub.questions import questions
from hub.questions.question import Cures, CuresQuestion
from hub.tables import ExperimentRow


def question_of(session: Session, row: ExperimentRow, found: tuple[Finding, ...]) -> CuresQuestion | None:
    """The question about a run's findings; None if its patches were probed, or a probe would tell nothing: while a run
    trains, its findings and patches change, and a run from a checkpoint does not start with the network that is
    probed."""
    asked = tuple(finding for finding in found if _is_of_network(finding))
    is_known = any(patch.predicted for finding in asked for patch in finding.patches)
    if not asked or is_known or row.status not in FINAL or row.forked_epoch is not None:
        return None
    one = resolved_of(row)
    digest = one.spec.dataset.digest
    stored = None if digest is None else stored_tables.with_digest(session, row.workspace_id, digest)
    return CuresQuestion(
        experiment_id=row.id,
        spec=one.spec.model_copy(update=WITHOUT_EFFECT),
        data=one.data,
        findings=tuple(finding.model_copy(update={"verified": None, "verifying": None}) for finding in asked),
        table=None if stored is None else TableRef(key=stored.key, digest=stored.digest),
    )


def look(hub: Hub, workspace_id: str, question: CuresQuestion) -> bool:
    """Ask the question unless it was asked before, or store its answer with the findings. Returns whether the answer is
    still pending."""
    with hub.read() as session:
        known = questions.known(session, workspace_id, question)
    if known is None:
        try:
            with hub.write() as session:
                questions.ask(session, workspace_id, question, hub.settings.quotas)
        except TooManyRequests:
            return False  # the next reader of the findings asks again
        return True
    if known.answer is not None:
        answered = Cures.model_validate_json(known.answer)
        with hub.write() as session:
            _keep(EXPERIMENTS.locked(session, workspace_id, question.experiment_id), question, answered)
    return not known.over


def _keep(row: ExperimentRow, question: CuresQuestion, answer: Cures) -> None:
    """Replace the stored patches of the findings in the question by the probed patches in the answer."""
    if row.status not in FINAL:
        return
    probed = {
        asked.id: (asked.patches, told.patches) for asked, told in zip(question.findings, answer.findings, strict=True)
    }
    found = []
    for one in stored_findings(row):
        asked, told = probed.get(one.id, ((), ()))
        found.append(one.model_copy(update={"patches": told}) if one.patches == asked else one)
    row.findings = json.dumps([one.model_dump(mode="json") for one in found])


def _is_of_network(finding: Finding) -> bool:
    return not finding.id.startswith(OF_DATA) and any(patch.of == "spec" for patch in finding.patches)
