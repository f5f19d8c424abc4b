"""Questions about how good an experiment's network is."""

from api.services.lookup import EXPERIMENTS
from gradus.facts import Part
from hub.hub import Hub
from hub.jobs.weights import Epoch
from hub.questions import questions
from hub.questions.networks import trained
from hub.questions.question import EvaluationQuestion, OutcomesQuestion


def ask(
    hub: Hub, workspace_id: str, experiment_id: str, epoch: Epoch, split: Part, by: str | None, miss_cost: float
) -> str:
    """Ask for the report about an experiment's network; returns the question's id.

    Raises:
        NotFound: the workspace has no experiment with this id, or no checkpoint has the weights of this epoch.
        TooManyRequests: the workspace has too many open questions.
    """
    with hub.write() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        question = EvaluationQuestion(network=trained(session, row, epoch), split=split, by=by, miss_cost=miss_cost)
        return questions.ask(session, workspace_id, question, hub.settings.quotas)


def ask_outcomes(hub: Hub, workspace_id: str, experiment_id: str, epoch: Epoch, split: Part) -> str:
    """Ask for the predictions of an experiment's network for each example; returns the question's id. Raises as `ask`
    does."""
    with hub.write() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        question = OutcomesQuestion(network=trained(session, row, epoch), split=split)
        return questions.ask(session, workspace_id, question, hub.settings.quotas)
