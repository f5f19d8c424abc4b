"""A resolved spec: every default written out, and the shape of its data. Values derived from them are computed once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

from gradus.built_in_facts import BuiltInFacts
from gradus.dataset_plan import DatasetPlan
from gradus.encoding import Misfit
from gradus.errors import InvalidSpec
from gradus.facts import Facts, TableFacts
from gradus.metrics import metrics_of, score
from gradus.pointer import pointer
from gradus.resolution import built_in, rules, table
from gradus.resolution.stored_rows import StoredRows
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec, fingerprint_of
from gradus.spec.memory import data_bytes, member_bytes
from gradus.spec.network import NetworkPlan, plan_written
from gradus.wire.problem import Mistake, echo


@dataclass(frozen=True)
class ResolvedSpec:
    """A spec with every default written out, and the shape of its data."""

    spec: Spec
    data: DatasetPlan

    @cached_property
    def document(self) -> dict[str, Any]:
        """The spec as a JSON document."""
        return self.spec.model_dump(mode="json")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of what determines the numbers of a run from the start."""
        return fingerprint_of(self.document)

    @cached_property
    def network(self) -> NetworkPlan:
        """The network's layers, with shapes and numbers of parameters."""
        return plan_written(self.spec, self.data)

    @property
    def memory_bytes(self) -> int:
        """Estimate of the memory that training needs on its device, without the memory of the libraries."""
        return data_bytes(self.data) + self.member_bytes

    @cached_property
    def member_bytes(self) -> int:
        """Estimate of the memory that each member of an array needs: all except the data set."""
        return member_bytes(self.spec, self.data, self.network)


FactsOf = Callable[[Dataset], Facts]
"""Returns the facts of a data set; raises `InvalidSpec` if there is no such data set."""


def default_validation(facts: Facts) -> int | None:
    """The default size of a built-in data set's validation split; None for uploaded ones, which have a `split`."""
    return facts.default_validation if isinstance(facts, BuiltInFacts) else None


def resolve(experiment: Spec, facts: Facts, rows: StoredRows | None = None) -> ResolvedSpec:
    """The experiment with every default written out. `facts` are the facts of its data set; `rows` gives what facts do
    not contain, such as the sizes of a split by groups.

    Raises:
        InvalidSpec: the spec does not fit the data set; `errors` lists every mistake.
        Conflict: the data set's digest differs from the spec's.
    """
    dataset, data = _resolved_data(experiment.dataset, facts, rows)
    spec = experiment.written_out(data.task).model_copy(update={"dataset": dataset})
    _refuse(rules.mistakes(spec, data))
    return ResolvedSpec(spec, data)


def _resolved_data(dataset: Dataset, facts: Facts, rows: StoredRows | None) -> tuple[Dataset, DatasetPlan]:
    match facts:
        case BuiltInFacts():
            _refuse(built_in.mistakes(dataset, facts))
            return built_in.resolved(dataset, facts), built_in.plan(dataset, facts)
        case TableFacts():
            _refuse(table.mistakes(dataset, facts))
            try:
                return table.resolved(dataset, facts, rows)
            except Misfit as misfit:
                wrong = _at(misfit.place, str(misfit), dataset)
                raise InvalidSpec(f"{wrong.path}: {misfit}", errors=[wrong]) from None
        case _:
            assert_never(facts)


def _at(place: Sequence[str], message: str, dataset: Dataset) -> Mistake:
    """The mistake, with the spec's value at the place."""
    value: Any = dataset.model_dump(mode="json")
    for key in place:
        value = value.get(key) if isinstance(value, dict) else value
    return Mistake(path=pointer(("dataset", *place)), message=message, input=echo(value))


def _refuse(wrong: tuple[Mistake, ...]) -> None:
    if wrong:
        raise InvalidSpec(f"{wrong[0].path}: {wrong[0].message}", errors=wrong)


def best_metric(spec: Spec, data: DatasetPlan) -> str:
    """The key of the metric that determines the best epoch: early stopping's metric, else the task's main metric."""
    stopping = spec.early_stopping
    return stopping.metric if stopping else score(metrics_of(data.task)).key
