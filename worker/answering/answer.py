"""The answer to each kind of question."""

import logging
from typing import assert_never

from gradus.errors import Conflict, GradusError, TooLarge
from gradus.status import FailureCode
from gradus.wire.message import Message
from hub.artifacts.manifest import Damaged
from hub.questions.question import (
    AugmentedQuestion,
    CalibrationQuestion,
    CuresQuestion,
    EvaluationQuestion,
    ImportanceQuestion,
    OutcomesQuestion,
    PredictionsQuestion,
    ProbeQuestion,
)
from worker.answering.augmented import augmented
from worker.answering.calibration import calibration
from worker.answering.cures import cured
from worker.answering.evaluation import evaluation
from worker.answering.importance import importance
from worker.answering.outcomes import outcomes
from worker.answering.predictions import predictions
from worker.answering.probe import probed
from worker.answering.protocol import Answered, Ask, Refused, Reply
from worker.data.errors import DataError
from worker.trainer.failures import failure

logger = logging.getLogger(__name__)


def reply(asked: bytes, memory: float) -> Reply:
    """The reply to an `Ask`; `memory` is the limit of the process in GiB.

    Raises:
        Exception: an internal error or a fault of this machine, after which another process may find the answer.
    """
    try:
        return Answered(answer=answer(Ask.model_validate_json(asked)).model_dump_json())
    except GradusError as error:
        return Refused(problem=error.problem())
    except Damaged as error:
        return Refused(
            problem=Conflict(f"the checkpoint or the data of the answer are damaged: {error}", code="damaged").problem()
        )
    except DataError as error:
        return Refused(problem=Conflict(str(error), code="data_error").problem())
    except Exception as error:
        if failure(error).code is FailureCode.OUT_OF_MEMORY:
            logger.warning("out of memory: %s", error)
            needed = f"the answer needs more than the {memory:g} GiB of memory that a question may take"
            return Refused(problem=TooLarge(needed).problem())
        raise


def answer(ask: Ask) -> Message:
    """The answer to a question. Its files, if it has any, are in the folder of the question."""
    told: Message
    match ask.question:
        case EvaluationQuestion():
            told = evaluation(ask, ask.question)
        case CalibrationQuestion():
            told = calibration(ask, ask.question)
        case ImportanceQuestion():
            told = importance(ask, ask.question)
        case OutcomesQuestion():
            told = outcomes(ask, ask.question)
        case PredictionsQuestion():
            told = predictions(ask, ask.question)
        case ProbeQuestion():
            told = probed(ask, ask.question)
        case CuresQuestion():
            told = cured(ask, ask.question)
        case AugmentedQuestion():
            told = augmented(ask, ask.question)
        case _:
            assert_never(ask.question)
    return told
