"""The answer to a probe: what a spec will do, measured on its initial network."""

import torch

from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.wire.probe import Probe
from hub.questions.question import ProbeQuestion
from worker.answering.data import question_data
from worker.answering.protocol import Ask
from worker.probing.probe import probe
from worker.training.data import Data


def probed(ask: Ask, question: ProbeQuestion) -> Probe:
    """Probe a spec.

    Raises:
        DataError: the data set was deleted or is damaged.
    """
    torch.set_num_threads(1)  # training uses the other cores

    def load(dataset: Dataset) -> Data:
        return question_data(ask, dataset, question.data, question.table)

    return probe(ResolvedSpec(question.spec, question.data), load(question.spec.dataset), load)
