"""Made-up histories of runs: metrics rows with given losses, without training."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import log
from typing import Any

from gradus.datasets import DATASETS
from gradus.resolved import resolve
from gradus.spec.experiment import Spec
from gradus.wire.finding import Finding
from gradus.wire.layer_report import LayerReport, LayerStatistics
from gradus.wire.metrics import MetricsRow
from insight.in_run.find import findings_in_run
from insight.prior import Prior
from insight.run import Run

LN10 = log(10)
PRIOR = Prior(loss=LN10, accuracy=0.11, class_shares=(0.1,) * 10)


def planted(
    losses: Sequence[float],
    validation: Sequence[float] | None = None,
    accuracies: Sequence[float] | float = 0.5,
    *,
    norm: float = 1.0,
    penalties: Sequence[float] | float = 0.0,
    trained: float = 0.9,
    rates: Sequence[float] | None = None,
    prior: Prior | None = PRIOR,
    is_over: bool = True,
    dataset: Any = "mnist",
    layers: Any = (300, 100),
    **spec: Any,
) -> Run:
    """A run on MNIST with these losses. It has trained all of its planned epochs."""
    told = {"dataset": dataset, "layers": list(layers), "epochs": len(losses), **spec}
    resolved = resolve(Spec(**told), DATASETS[dataset if isinstance(dataset, str) else dataset["name"]])
    run = Run(resolved.spec, resolved.data, (), is_over=is_over, prior=prior)
    task = resolved.data.task
    rows = [
        MetricsRow(
            epoch=i + 1,
            step=(i + 1) * run.steps_per_epoch,
            train_loss=loss,
            train_accuracy=None if task == "regression" else trained,
            validation_loss=loss if validation is None else validation[i],
            validation_accuracy=None if task == "regression" else _at(accuracies, i),
            test_loss=loss,
            test_accuracy=None,
            penalty=_at(penalties, i),
            learning_rate=resolved.spec.optimizer.lr if rates is None else rates[i],
            gradient_norm=norm,
            seconds=1.0,
            samples_per_second=1.0,
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for i, loss in enumerate(losses)
    ]
    return replace(run, rows=rows)


def with_layers(run: Run, *layers: LayerStatistics, **numbers: Any) -> Run:
    """The run with the same layer report after every epoch."""
    reports = [LayerReport(epoch=row.epoch, step=row.step, layers=layers, **numbers) for row in run.rows]
    return replace(run, reports=reports)


def found(run: Run) -> dict[str, Finding]:
    """All findings about the run, by id."""
    return {finding.id: finding for finding in findings_in_run(run)}


def _at(values: Sequence[float] | float, i: int) -> float:
    return values if isinstance(values, int | float) else values[i]
