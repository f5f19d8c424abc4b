"""The answer about the importance of columns: a network's outputs with the values of each column from other
examples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from evaluation.examples import Examples, Floats
from evaluation.importance import INCREASES, Pooled, Scores, deteriorations, donors_of, estimate, scores
from gradus.errors import Conflict
from gradus.facts import Part
from gradus.input_columns import inputs_of_columns
from gradus.spec.network import plan
from gradus.sweep.statistics import LEVEL, Estimate, differences
from gradus.wire.importance import ColumnEffect, ColumnImportance, ImportanceReport, IntactMetric, JudgedNetwork
from hub.questions.question import ImportanceQuestion, TrainedNetwork, networks_of
from worker.answering.evaluation import compared
from worker.answering.importance_effort import Passes, chosen
from worker.answering.network import Restored, restored
from worker.answering.protocol import Ask
from worker.answering.truth import truth
from worker.training.data import Split

Columns = tuple[str, ...]
Intact = Mapping[str, Scores]
Effects = dict[tuple[Columns, str], Pooled]
"""By columns and metric."""


def importance(ask: Ask, question: ImportanceQuestion) -> ImportanceReport:
    """The report about the columns of one network, or of several that differ by their seed. All of them are asked about
    the same examples with the same donors.

    Raises:
        Conflict: the split has too few examples, its targets are all equal, or an output is not a number.
        TooLarge: the answer would take too long.
        DataError: the data set was deleted or is damaged.
    """
    known, first, groups = truth(ask, question.network), question.network, groups_of(question)
    passes = Passes(len(groups), question.repeats, len(networks_of(question)))
    of = len(known.rows[question.split])
    taken = chosen(question.split, of, plan(first.spec, first.data), passes)
    intact: list[Intact] = []
    effects: Effects = {}
    weighted = False
    for one in networks_of(question):
        network = restored(ask, one)
        split = _taken(getattr(network.data, question.split), taken)
        examples = compared(network, known, question.split, split, taken)
        weighted = examples.weights is not None
        intact.append(_intact(examples, question))
        _shuffle(network, question, split, examples, intact[-1], effects)
    means = {name: float(np.mean([one[name].mean for one in intact])) for name in intact[0]}
    return ImportanceReport(
        task=first.data.task,
        split=question.split,
        networks=tuple(map(_named, networks_of(question))),
        n=len(taken),
        of=of,
        repeats=min(question.repeats, len(taken) - 1),
        weighted=weighted,
        metrics=tuple(IntactMetric(name=name, value=value) for name, value in means.items()),
        columns=_ranked(groups, effects, intact[0], means),
    )


def groups_of(question: ImportanceQuestion) -> Mapping[Columns, Sequence[int]]:
    """The positions of the inputs of each column that is asked about, and of those that are shuffled together."""
    one = inputs_of_columns(question.network.spec.dataset, question.network.data)
    found: dict[Columns, Sequence[int]] = {(name,): one[name] for name in question.columns or one}
    if question.together:
        found[question.together] = [place for name in question.together for place in one[name]]
    return found


def _taken(split: Split, positions: NDArray[np.intp]) -> Split:
    """A copy of these examples of a split, without the weights of training."""
    rows, weights = torch.from_numpy(positions), split.evaluation_weights
    return Split(
        split.inputs[rows],
        split.targets[rows],
        split.largest,
        evaluation_weights=None if weights is None else weights[rows],
    )


def _intact(examples: Examples, question: ImportanceQuestion) -> Intact:
    """The metrics with all columns as they are."""
    found = scores(examples, question.network.data.task)
    if not all(np.isfinite(one.mean) for one in found.values()):
        raise Conflict(
            f"the targets of the {question.split} split are all equal, and R² compares errors with their variance: ask "
            "for another `split`",
            code="equal_targets",
        )
    return found


def _shuffle(
    network: Restored, question: ImportanceQuestion, split: Split, examples: Examples, intact: Intact, effects: Effects
) -> None:
    """Add what shuffling does to a network to the effects on the networks before it."""
    donors = donors_of(len(split), question.repeats)
    for names, places in groups_of(question).items():
        shuffled = (
            scores(replace(examples, outputs=outputs), network.data.task)
            for outputs in _shuffled(network, split, places, donors, question.split)
        )
        for metric, found in deteriorations(intact, shuffled, donors).items():
            before = effects.get((names, metric))
            effects[names, metric] = Pooled.of(found) if before is None else before.with_(found)


def _shuffled(
    network: Restored, split: Split, places: Sequence[int], donors: NDArray[np.intp], part: Part
) -> Iterator[Floats]:
    """The network's outputs with the inputs at these places from the donors of each repeat. `split` is changed in
    between, and restored at the end."""
    intact = split.inputs[:, places]  # indexing copies
    for one in donors:
        split.inputs[:, places] = intact[one]
        outputs = network.outputs(split)
        if not np.isfinite(outputs).all():
            raise Conflict(
                f"the network's outputs on the {part} split are not finite once a column is shuffled. "
                "Ask for an earlier epoch",
                code="diverged",
            )
        yield outputs
    split.inputs[:, places] = intact


def _ranked(
    groups: Mapping[Columns, Sequence[int]], effects: Effects, intact: Intact, means: Mapping[str, float]
) -> tuple[ColumnImportance, ...]:
    """The columns, by decreasing effect on the first metric."""
    found: dict[Columns, list[ColumnEffect]] = {names: [] for names in groups}
    for metric, value in means.items():
        estimates = [estimate(effects[names, metric], intact[metric].grain) for names in found]
        for told, effect in zip(found.values(), _effects(metric, value, estimates), strict=True):
            told.append(effect)
    order = sorted(found, key=lambda names: -found[names][0].worse_by)
    return tuple(
        ColumnImportance(columns=names, inputs=len(groups[names]), effects=tuple(found[names])) for names in order
    )


def _effects(metric: str, intact: float, estimates: Sequence[Estimate]) -> Iterator[ColumnEffect]:
    for one in differences(estimates):
        assert one is not None
        yield ColumnEffect(
            metric=metric,
            shuffled=intact + INCREASES[metric] * one.mean,
            worse_by=one.mean,
            ci95=one.ci95,
            p_adjusted=one.p_adjusted,
            helps=one.mean > 0 and one.p_adjusted < 1 - LEVEL,
        )


def _named(one: TrainedNetwork) -> JudgedNetwork:
    return JudgedNetwork(
        experiment=one.experiment_id,
        seed=one.spec.seed,
        epoch=one.epoch,
        checkpoint=f"sha256:{one.checkpoint.digest}",
    )
