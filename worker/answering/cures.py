"""The answer to the question what the patches of a run's findings would change: a probe of each patched spec."""

import torch

from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from hub.questions.question import Cures, CuresQuestion
from insight.start import Start
from worker.answering.data import question_data
from worker.answering.protocol import Ask
from worker.probing.measure import measured
from worker.probing.patches import Prober
from worker.training.data import Data


def cured(ask: Ask, question: CuresQuestion) -> Cures:
    """Probe the spec of a run, and those with the patches of its findings.

    Raises:
        DataError: the data set was deleted or is damaged.
    """
    torch.set_num_threads(1)  # training uses the other cores

    def load(dataset: Dataset) -> Data:
        return question_data(ask, dataset, question.data, question.table)

    resolved = ResolvedSpec(question.spec, question.data)
    data = load(question.spec.dataset)
    start = Start(resolved.spec, resolved.data, resolved.network, measured(resolved, data))
    return Cures(findings=Prober(start, data, load).predicted_of_run(question.findings))
