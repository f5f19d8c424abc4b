"""The answer about the importance of columns: a network's outputs with the values of each column from other
examples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaluation.examples import Examples, Floats
from evaluation.importance import INCREASES, SEED, Influence, donors_of, estimate, influence, scores
from gradus.errors import Conflict, TooLarge
from gradus.facts import Part
from gradus.input_columns import inputs_of_columns
from gradus.sweep.statistics import Estimate, differences
from gradus.wire.importance import ColumnEffect, ColumnImportance, ImportanceReport, IntactMetric, JudgedNetwork
from hub.questions.question import ImportanceQuestion, TrainedNetwork, networks_of
from worker.answering.evaluation import compared
from worker.answering.network import Restored, restored
from worker.answering.protocol import Ask
from worker.answering.truth import truth
from worker.training.data import Split

MOST_EXAMPLES = 10_000
MOST_PRODUCTS = 1e12
"""Multiplications of all forward passes together: about a minute of one core."""
FEWEST_EXAMPLES = 100
"""Fewer would be too few to tell anything."""

Columns = tuple[str, ...]
Effects = dict[Columns, dict[str, Influence]]


def importance(ask: Ask, question: ImportanceQuestion) -> ImportanceReport:
    """The report about the columns of one network, or of several that differ by their seed. All of them are asked about
    the same examples with the same donors.

    Raises:
        Conflict: the split has too few examples, or an output is not a number.
        TooLarge: the answer would take too long.
        DataError: the data set was deleted or is damaged.
    """
    known = truth(ask, question.network)
    judged = []
    for one in networks_of(question):
        network = restored(ask, one)
        examples = compared(network, known, question.split)
        chosen = _chosen(question, network, len(examples))
        judged.append(_judged(network, question, examples.taken(chosen), chosen))
    first = judged[0]
    return ImportanceReport(
        task=question.network.data.task,
        split=question.split,
        networks=tuple(_named(one) for one in networks_of(question)),
        n=first.n,
        of=len(known.rows[question.split]),
        repeats=min(question.repeats, first.n - 1),
        weighted=first.weighted,
        metrics=tuple(
            IntactMetric(name=name, value=float(np.mean([one.intact[name] for one in judged]))) for name in first.intact
        ),
        columns=_ranked(judged),
    )


@dataclass(frozen=True, eq=False)
class _Judged:
    """One network's metrics, and what shuffling does to them."""

    n: int
    weighted: bool
    intact: Mapping[str, float]
    inputs: Mapping[Columns, int]
    effects: Effects


def groups_of(question: ImportanceQuestion) -> Mapping[Columns, Sequence[int]]:
    """The positions of the inputs of each column, and of the columns that are shuffled together."""
    one = inputs_of_columns(question.network.spec.dataset, question.network.data)
    found: dict[Columns, Sequence[int]] = {(name,): places for name, places in one.items()}
    if question.together:
        found[question.together] = [place for name in question.together for place in one[name]]
    return found


def _chosen(question: ImportanceQuestion, network: Restored, n: int) -> NDArray[np.intp]:
    """The positions of the examples that are shuffled: all, or as many random ones as there is time for."""
    if n < 3:
        raise Conflict(
            f"the {question.split} split has {n} examples: shuffling a column takes three or more", code="few_examples"
        )
    passes = len(groups_of(question)) * question.repeats * len(networks_of(question))
    affordable = int(MOST_PRODUCTS / (passes * network.engine.storage.parameters.numel()))
    if affordable < min(n, FEWEST_EXAMPLES):
        raise TooLarge(
            f"{passes:,} passes of this network over the {question.split} split take too long: ask for fewer `repeats`"
        )
    most = min(affordable, MOST_EXAMPLES)
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng((SEED, n)).choice(n, most, replace=False))


def _judged(network: Restored, question: ImportanceQuestion, examples: Examples, chosen: NDArray[np.intp]) -> _Judged:
    task = network.data.task
    split = _taken(getattr(network.data, question.split), chosen)
    donors = donors_of(len(chosen), question.repeats)
    intact = scores(examples, task)
    groups = groups_of(question)
    effects: Effects = {}
    for names, places in groups.items():
        worse: dict[str, list[Floats]] = {name: [] for name in intact}
        for outputs in _shuffled(network, split, places, donors, question.split):
            found = scores(replace(examples, outputs=outputs), task)
            for name, one in found.items():
                worse[name].append(INCREASES[name] * (one.values - intact[name].values))
        effects[names] = {name: influence(np.array(worse[name]), donors, one.weights) for name, one in intact.items()}
    means = {name: one.mean for name, one in intact.items()}
    inputs = {names: len(places) for names, places in groups.items()}
    return _Judged(len(chosen), examples.weights is not None, means, inputs, effects)


def _taken(split: Split, chosen: NDArray[np.intp]) -> Split:
    """A copy of the chosen examples of a split, without weights."""
    return Split(split.inputs[chosen], split.targets[chosen], split.largest)


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


def _ranked(judged: Sequence[_Judged]) -> tuple[ColumnImportance, ...]:
    """The columns, by decreasing effect on the first metric."""
    found: dict[Columns, list[ColumnEffect]] = {names: [] for names in judged[0].effects}
    for metric in judged[0].intact:
        intact = float(np.mean([one.intact[metric] for one in judged]))
        estimates = [estimate([one.effects[names][metric] for one in judged]) for names in found]
        for effects, effect in zip(found.values(), _effects(metric, intact, estimates), strict=True):
            effects.append(effect)
    order = sorted(found, key=lambda names: -found[names][0].worse_by)
    inputs = judged[0].inputs
    return tuple(ColumnImportance(columns=names, inputs=inputs[names], effects=tuple(found[names])) for names in order)


def _effects(metric: str, intact: float, estimates: Sequence[Estimate]) -> Iterator[ColumnEffect]:
    for one in differences(estimates):
        assert one is not None
        yield ColumnEffect(
            metric=metric,
            shuffled=intact + INCREASES[metric] * one.mean,
            worse_by=one.mean,
            ci95=one.ci95,
            p_adjusted=one.p_adjusted,
            helps=one.ci95[0] > 0,
        )


def _named(one: TrainedNetwork) -> JudgedNetwork:
    return JudgedNetwork(
        experiment=one.experiment_id,
        seed=one.spec.seed,
        epoch=one.epoch,
        checkpoint=f"sha256:{one.checkpoint.digest}",
    )
