"""What was found about experiments."""

from api.services.lookup import EXPERIMENTS
from gradus.wire.finding import FindingPage
from hub.experiments.mapping import stored_findings
from hub.hub import Hub


def of_experiment(hub: Hub, workspace_id: str, experiment_id: str) -> FindingPage:
    """The findings about an experiment, the gravest first.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        return FindingPage(data=stored_findings(row), last_event=row.events)
