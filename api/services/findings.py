"""The findings about experiments."""

import json

from sqlalchemy.orm import Session

from api.services import finding_predictions
from api.services.lookup import EXPERIMENTS
from gradus.wire.finding import Finding, FindingPage
from hub.experiments.mapping import stored_findings
from hub.hub import Hub
from hub.tables import ExperimentRow
from hub.verifications.verifications import with_verifications

SUPPRESS = "suppress:"
"""The prefix of a tag that hides findings of an experiment."""


def of_experiment(
    hub: Hub, workspace_id: str, experiment_id: str, suppressed: frozenset[str] = frozenset()
) -> FindingPage:
    """The findings about an experiment, the root cause first, except those with one of these ids or names and those
    that a tag hides.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    is_to_come = _look(hub, workspace_id, experiment_id)
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        hidden = suppressed | _tagged(row)
        found = [one for one in found_of(session, row) if not hidden & {one.id, one.name}]
        return FindingPage(data=tuple(found), last_event=row.events, predicting=is_to_come)


def _look(hub: Hub, workspace_id: str, experiment_id: str) -> bool:
    """Have the patches of a finished run probed. Returns whether their predicted effects are still pending."""
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        question = finding_predictions.question_of(session, row, stored_findings(row))
    return question is not None and finding_predictions.look(hub, workspace_id, question)


def found_of(session: Session, row: ExperimentRow) -> tuple[Finding, ...]:
    """The findings about an experiment, with the results of their verifications."""
    return with_verifications(session, row, stored_findings(row))


def _tagged(row: ExperimentRow) -> frozenset[str]:
    """The ids or names of the findings that a tag such as `suppress:overfitting` hides."""
    tags: list[str] = json.loads(row.tags)
    return frozenset(tag.removeprefix(SUPPRESS) for tag in tags if tag.startswith(SUPPRESS))
