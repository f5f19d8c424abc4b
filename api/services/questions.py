"""Answers to short questions, which workers compute alongside training."""

from gradus.errors import NotFound, from_problem
from hub.hub import Hub
from hub.questions import questions
from hub.questions.questions import Outcome


def is_over(hub: Hub, workspace_id: str, question_id: str) -> bool:
    """Whether waiting is over: the question was answered, has failed or was deleted."""
    with hub.read() as session:
        return questions.is_over(session, workspace_id, question_id)


def outcome(hub: Hub, workspace_id: str, question_id: str) -> Outcome:
    """The outcome of a question, with the answer if there is one already.

    Raises:
        NotFound: the workspace has no such question, or it was deleted.
        GradusError: the question has failed; the error says why.
    """
    with hub.read() as session:
        found = questions.outcome(session, workspace_id, question_id)
    if found is None:
        raise NotFound("the question was deleted, probably with its experiment: ask again")
    if found.problem is not None:
        raise from_problem(found.problem)
    return found
