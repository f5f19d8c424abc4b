"""A classifier's prediction for each example of a split, as files: the rows in every cell of its confusion matrix."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.logits import softmax
from gradus.errors import Conflict
from hub.questions.outcome_files import OUTCOMES, OUTCOMES_DTYPE, PICTURES, OutcomesAnswer
from hub.questions.question import OutcomesQuestion
from preprocessing.array_file import save_array
from worker.answering.evaluation import compared
from worker.answering.network import restored
from worker.answering.protocol import Ask
from worker.answering.truth import truth
from worker.training.data import Split

MOST_PICTURES = 2000
"""Maximum number of pictures that are stored. Only those of built-in data sets are stored, as other pictures can be
read from their table."""


def outcomes(ask: Ask, question: OutcomesQuestion) -> OutcomesAnswer:
    """Write the outcomes into the folder of the question.

    Raises:
        Conflict: the network is not a classifier, or an output is not a number.
        DataError: the data set was deleted or is damaged.
    """
    plan = question.network.data
    if plan.task != "classification":
        raise Conflict(
            "only a network that predicts one class has a confusion matrix: see the rows that this one predicts worst, "
            "the `residuals` of its evaluation",
            code="no_classes",
        )
    network = restored(ask, question.network)
    examples = compared(network, truth(ask, question.network), question.split)
    scores, given = softmax(examples.outputs), examples.targets.astype(np.int64)
    predicted = scores.argmax(axis=1)
    found = np.empty(len(examples), OUTCOMES_DTYPE)
    found["row"], found["given"], found["predicted"] = examples.rows, given, predicted
    found["probability"] = scores.max(axis=1)
    found["probability_of_given"] = np.take_along_axis(scores, given[:, None], axis=1)[:, 0]
    order = np.lexsort((found["row"], -found["probability"], given == predicted))  # errors first, the surest first
    found = found[order]
    save_array(Path(ask.folder) / OUTCOMES, found)
    split: Split = getattr(network.data, question.split)
    if question.network.spec.dataset.digest is None and (pictures := _pictures(split, plan.input_shape)) is not None:
        wrong = int((given != predicted).sum())
        save_array(Path(ask.folder) / PICTURES, pictures[order[: min(wrong, MOST_PICTURES)]])
    return OutcomesAnswer(n=len(examples), classes=plan.classes)


def _pictures(split: Split, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    """The pixels of images, (n, height, width, channels); None if the inputs are not images, or no longer bytes."""
    if len(shape) < 2 or split.largest is None:
        return None
    height, width, *channels = shape
    pixels: NDArray[np.uint8] = split.inputs.numpy().reshape(len(split), height, width, *(channels or [1]))
    return pixels
