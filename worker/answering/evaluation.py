"""The answer to an evaluation: the network's outputs on a split, compared with the truth."""

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Examples, Floats
from evaluation.groups import groups
from evaluation.report import sections
from evaluation.sections import Asked
from gradus.errors import Conflict
from gradus.facts import Part
from gradus.spec.loss import resolve_loss
from gradus.wire.evaluation import EvaluationReport
from hub.questions.question import EvaluationQuestion
from worker.answering.group_values import group_values
from worker.answering.network import Restored, restored
from worker.answering.protocol import Ask
from worker.answering.truth import Truth, truth
from worker.training.constant import best_constant
from worker.training.data import Split


def evaluation(ask: Ask, question: EvaluationQuestion) -> EvaluationReport:
    """The report about a network on a split.

    Raises:
        Conflict: an output is not a number.
        BadRequest: there is no column to group by.
        DataError: the data set was deleted or is damaged.
    """
    known, by = truth(ask, question.network), question.by
    values = None if by is None else group_values(ask, question.network, by, known.rows[question.split])
    network = restored(ask, question.network)
    examples = compared(network, known, question.split)
    is_validation = question.split == "validation"
    validation = examples if is_validation else compared(network, known, "validation")
    constant, medians = _constants(network, known)
    asked = Asked(
        examples=examples,
        validation=validation if len(validation) else None,
        is_validation=is_validation,
        names=names(network),
        constant=constant,
        medians=medians,
        miss_cost=question.miss_cost,
    )
    task = network.data.task
    found = sections(asked, task)
    return EvaluationReport(
        experiment=question.network.experiment_id,
        epoch=question.network.epoch,
        checkpoint=f"sha256:{question.network.checkpoint.digest}",
        task=task,
        split=question.split,
        n=len(examples),
        weighted=examples.weights is not None,
        effective_examples=network.data.train.effective_examples,
        miss_cost=question.miss_cost,
        by=by,
        groups=() if values is None else groups(asked, task, values),
        **vars(found),
    )


def compared(
    network: Restored, known: Truth, part: Part, some: Split | None = None, taken: NDArray[np.intp] | None = None
) -> Examples:
    """The outputs and the truth of a split's examples; of `some` of them, those at the positions in `taken`.

    Raises:
        Conflict: an output is not a number.
    """
    split: Split = getattr(network.data, part) if some is None else some
    outputs = network.outputs(split)
    if not np.isfinite(outputs).all():
        raise Conflict(
            f"the network's outputs on the {part} split are not finite: it has diverged. Ask for an earlier epoch",
            code="diverged",
        )
    places = slice(None) if taken is None else taken
    targets = known.targets[part][places] if known.targets is not None else split.targets.numpy()
    weights = None if split.evaluation_weights is None else split.evaluation_weights.double().numpy()
    return Examples(outputs, targets, known.rows[part][places], weights)


def _constants(network: Restored, known: Truth) -> tuple[Floats, Floats]:
    """The outputs of the best constant prediction, and the medians of regression targets."""
    data = network.data
    if data.task != "regression":
        kind = resolve_loss(network.engine.losses[0], data.task)
        constant = best_constant(kind, data.train, data.plan.outputs, data.target_scale.deviation)
        return constant.numpy(), np.zeros(data.plan.outputs)
    assert known.targets is not None
    train, weights = known.targets["train"], data.train.evaluation_weights
    mean = np.average(train, axis=0, weights=None if weights is None else weights.double().numpy())
    return mean, np.median(train, axis=0)


def names(network: Restored) -> tuple[str, ...]:
    """The classes, labels or targets."""
    plan = network.data.plan
    return plan.classes or plan.targets or ("target",)
