"""The calibration of a network's answers, which a worker computes once."""

from math import inf
from typing import Protocol

from api.services import questions
from api.services.lookup import EXPERIMENTS
from gradus.errors import Conflict, InvalidSpec
from gradus.spec.loss import Task
from gradus.wire.calibration import CalibrationRecord
from gradus.wire.problem import Mistake
from hub.hub import Hub
from hub.jobs.weights import Epoch
from hub.questions import questions as asked
from hub.questions.networks import trained
from hub.questions.question import CalibrationQuestion


class Unanswered(Exception):
    """A worker has not answered the question with this id yet. Its answer will be at `location`."""

    def __init__(self, question_id: str, location: str) -> None:
        super().__init__(question_id)
        self.question_id, self.location = question_id, location


def ask(hub: Hub, workspace_id: str, experiment_id: str, epoch: Epoch) -> str:
    """Ask for the calibration of an experiment's network; returns the question's id.

    Raises:
        NotFound: the workspace has no experiment with this id, or no checkpoint has the weights of this epoch.
        TooManyRequests: the workspace has too many open questions.
    """
    with hub.write() as session:
        network = trained(session, EXPERIMENTS.found(session, workspace_id, experiment_id), epoch)
        return asked.ask(session, workspace_id, CalibrationQuestion(network=network), hub.settings.quotas)


def calibration(hub: Hub, workspace_id: str, experiment_id: str, epoch: Epoch) -> CalibrationRecord:
    """The calibration of an experiment's network.

    Raises:
        Unanswered: the calibration is not known yet.
        GradusError: as for `ask`.
    """
    question_id = ask(hub, workspace_id, experiment_id, epoch)
    found = questions.outcome(hub, workspace_id, question_id)
    if found.answer is None:
        raise Unanswered(question_id, f"/v1/experiments/{experiment_id}/calibration?epoch={epoch}")
    return CalibrationRecord.model_validate_json(found.answer)


class Wish(Protocol):
    """The options of a request that need the calibration."""

    @property
    def calibrated(self) -> bool:
        """Whether probabilities are calibrated."""

    @property
    def interval(self) -> float | None:
        """The level of intervals."""


def needs_calibration(wish: Wish) -> bool:
    """Whether a request needs the calibration."""
    return wish.calibrated or wish.interval is not None


def check_task(task: Task, wish: Wish) -> None:
    """Refuse options that do not fit a network's task.

    Raises:
        InvalidSpec: calibrated probabilities of a regression, or intervals of a classification.
    """
    is_regression = task == "regression"
    if wish.calibrated and is_regression:
        message = "a regression has no probabilities: ask for an `interval`"
        raise InvalidSpec(message, errors=[Mistake(path="calibrated", message=message)])
    if wish.interval is not None and not is_regression:
        message = "intervals are for regression: ask for `calibrated` probabilities"
        raise InvalidSpec(message, errors=[Mistake(path="interval", message=message)])


def half_widths_of(known: CalibrationRecord, level: float) -> tuple[float, ...]:
    """Half the width of each target's interval.

    Raises:
        Conflict: there are too few validation examples for this level.
    """
    found = tuple(one.half_width(level) for one in known.intervals)
    if inf in found:
        message = f"{known.n} validation examples are too few for an interval of {level:g}: ask for a lower level"
        raise Conflict(message, code="too_few_validation_examples")
    return found
