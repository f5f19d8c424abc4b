"""The network ignores its inputs."""

from gradus.wire.finding import Evidence, Finding
from insight.findings.kind import FindingKind
from insight.outcome import AT_PRIOR, best_remaining, is_at_prior
from insight.run import Run
from insight.words import count, figure, percent

FALL = 0.01
"""Fall of the training loss per epoch above which a run is still learning."""


def in_run(run: Run) -> Finding | None:
    """Fires if no epoch was better on the validation split than a constant prediction, and the training loss no longer
    falls by 1 % an epoch. It waits for a quarter of all epochs, and for at least 3."""
    if not run.is_due or run.prior is None or not is_at_prior(run) or run.failure is not None:
        return None
    if not run.is_over and not run.is_complete and run.fall_per_epoch(1) > FALL:
        return None
    prior, value = run.prior, best_remaining(run)
    epochs = count(run.last.epoch, "epoch")
    if prior.accuracy is not None and run.accuracies:
        told = f"an accuracy of {percent(max(run.accuracies))}; always naming the most frequent class has "
        told += percent(prior.accuracy)
    else:
        told = f"a loss of {figure(min(run.validation_losses))}; always predicting the mean has {figure(prior.loss)}"
    return Finding(
        id=KIND.id,
        severity="critical",
        since=run.since(0),
        evidence=(
            Evidence(statistic="loss_over_prior", value=value, threshold=AT_PRIOR, healthy=(0, AT_PRIOR)),
            *_accuracy(run),
        ),
        because=f"After {epochs} the best on the validation examples is {told}: the network has learned nothing from "
        "its inputs.",
    )


def _accuracy(run: Run) -> tuple[Evidence, ...]:
    assert run.prior is not None
    if run.prior.accuracy is None or not run.accuracies:
        return ()
    limit = run.prior.accuracy
    value = max(run.accuracies)
    return (Evidence(statistic="validation_accuracy", value=value, threshold=limit, healthy=(limit, 1)),)


KIND = FindingKind(
    id="predicts_class_prior",
    title="The network predicts the same for every input",
    looks_like="The loss stays at that of a constant prediction, such as ln 10 = 2.303 for ten classes, and the "
    "accuracy at the share of the most frequent class.",
    why="The output layer's biases learn the frequencies of the classes within a few steps; to do better, the network "
    "must use its inputs. If it does not for epochs, something keeps the signal from passing forward or the gradient "
    "from passing back. This is a symptom: where its cause is seen, that is listed first.",
    cure="Cure what is listed above it. If nothing is, a probe measures what passes at the start: "
    "`gradus probe spec.json`.",
    in_run=in_run,
)
