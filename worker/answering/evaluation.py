"""The answer to an evaluation: the network's outputs on a split, compared with the targets."""

from gradus.wire.evaluation import EvaluationReport, Metric
from hub.questions.question import EvaluationQuestion
from worker.answering.network import restored
from worker.answering.protocol import Ask
from worker.training.evaluation import evaluate


def evaluation(ask: Ask, question: EvaluationQuestion) -> EvaluationReport:
    """The report about a network on a split."""
    network = restored(ask, question.network)
    split = getattr(network.data, question.split)
    score = evaluate(network.engine, split, exact=True)
    metrics = [Metric(name="loss", value=float(score.loss[0]))]
    if network.data.task != "regression":
        metrics.append(Metric(name="accuracy", value=float(score.accuracy[0])))
    return EvaluationReport(
        experiment=question.network.experiment_id,
        epoch=question.network.checkpoint.epoch,
        checkpoint=question.network.checkpoint.digest,
        task=network.data.task,
        split=question.split,
        n=len(split),
        metrics=tuple(metrics),
    )
