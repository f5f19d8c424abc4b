"""Specs of built-in data sets, resolved without a service."""

from gradus.dataset_plan import DatasetPlan
from gradus.datasets import DATASETS
from gradus.facts import Facts
from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from hub.experiments.prepared import PreparedExperiment, prepare


def facts_of(dataset: Dataset) -> Facts:
    """The facts of a built-in data set."""
    return DATASETS[dataset.name]


def resolved(spec: Spec) -> ResolvedSpec:
    """The spec with every default written out, and the shape of its data."""
    return resolve(spec, facts_of(spec.dataset))


def data_of(dataset: str) -> DatasetPlan:
    """The shape of a built-in data set with its default split."""
    return resolved(Spec(dataset=dataset, layers=[])).data


def prepared(spec: Spec) -> PreparedExperiment:
    """The spec, ready for the database."""
    return prepare(resolved(spec))
