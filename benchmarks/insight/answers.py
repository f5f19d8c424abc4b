"""Asks for the findings about a spec as the service does: a probe of it, and the history of its run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import nan

import torch
from torch import Tensor

from benchmarks.insight.cases import Source
from benchmarks.insight.data import Folder
from benchmarks.insight.published import RULES, History
from benchmarks.insight.verdict import Answer
from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.spec.loss import resolve_loss
from gradus.wire.finding import Finding
from gradus.wire.layer_report import LayerReport
from gradus.wire.probe import Probe, ProbedStep
from insight.in_run.find import findings_in_run
from insight.run import Run
from worker.probing.probe import probe
from worker.trainer.convert import metrics_row
from worker.trainer.divergence_advice import cause_of, divergence_failure
from worker.trainer.yardstick import prior
from worker.training.data import Data
from worker.training.evaluation import outputs
from worker.training.input_scale import input_scale
from worker.training.report import Divergence, EpochReport, MemberEpoch
from worker.training.train import train

SEED = 0
"""The seed of the run that is judged."""

Ask = Callable[[Source], tuple[Answer, Mapping[str, tuple[str, ...]]]]


@dataclass(frozen=True)
class Trained:
    """A finished run."""

    rows: tuple[MemberEpoch, ...]
    reports: tuple[LayerReport, ...]
    recalls: tuple[float, ...]
    """The recall of each class on the validation split; NaN without examples."""


def asker(folder: Folder) -> Ask:
    """A function that gives the findings about a spec, and what published rules say about it."""
    return partial(_ask, folder)


def probed_step(source: Source, folder: Folder) -> ProbedStep:
    """What a probe finds out about a spec's learning rates."""
    return _probed(source, folder).step


def _ask(folder: Folder, source: Source) -> tuple[Answer, Mapping[str, tuple[str, ...]]]:
    resolved, data = folder.resolved(source, SEED), folder.data(source)
    probed, trained = _probed(source, folder), _trained(resolved, data)
    return Answer(probed.findings, _in_run(resolved, data, trained)), _published(resolved, probed, trained)


def _probed(source: Source, folder: Folder) -> Probe:
    def load(dataset: Dataset) -> Data:
        numbers = dataset.model_dump(mode="json").get("numbers")  # only tables have it
        return folder.data(source.patched({"dataset": {"standardize": dataset.standardize, "numbers": numbers}}))

    return probe(folder.resolved(source, SEED), folder.data(source), load)


def _trained(resolved: ResolvedSpec, data: Data) -> Trained:
    training = train([resolved.spec], data, torch.device("cpu"))
    rows = [report.members[0] for report in training if isinstance(report, EpochReport)]
    known = tuple(row for row in rows if row is not None)
    reports = tuple(row.measured.report for row in known if row.measured is not None)
    recalls = _recalls(outputs(training._engine, data.validation)[0], data) if data.task == "classification" else ()
    return Trained(known, reports, recalls)


def _recalls(answers: Tensor, data: Data) -> tuple[float, ...]:
    targets = data.validation.targets
    hit = answers.argmax(1) == targets
    of_class = [hit[targets == label].double() for label in range(len(data.plan.classes))]
    return tuple(float(one.mean()) if len(one) else nan for one in of_class)


def _in_run(resolved: ResolvedSpec, data: Data, trained: Trained) -> tuple[Finding, ...]:
    spec = resolved.spec
    ending = trained.rows[-1].ending
    return findings_in_run(
        Run(
            spec=spec,
            data=resolved.data,
            rows=[metrics_row(row, 1.0, len(data.train)) for row in trained.rows],
            is_over=True,
            prior=prior(data, resolve_loss(spec.loss, data.task), resolved.network.outputs, input_scale(data)),
            reports=trained.reports,
            recalls=trained.recalls,
            failure=divergence_failure(ending, spec, resolved.data) if isinstance(ending, Divergence) else None,
            cause=cause_of(ending, spec) if isinstance(ending, Divergence) else None,
        )
    )


def _published(resolved: ResolvedSpec, probed: Probe, trained: Trained) -> Mapping[str, tuple[str, ...]]:
    limits = probed.data.input_minimum, probed.data.input_maximum
    history = History(resolved, trained.rows, trained.reports, limits, probed.data.class_shares)
    return {name: rule(history) for name, rule in RULES.items()}
