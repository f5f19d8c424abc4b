"""The catalog, read off the unions of the spec: what a spec can name is what is listed."""

from functools import cache
from inspect import getdoc
from typing import Any

from pydantic import TypeAdapter

from gradus.examples import EXAMPLES
from gradus.metrics import METRICS
from gradus.spec import activation, loss, penalty
from gradus.spec.batch_norm import BatchNormSetting
from gradus.spec.checkpoint import CheckpointSetting
from gradus.spec.early_stopping import EarlyStoppingSetting
from gradus.spec.experiment import Spec
from gradus.spec.initializer import Initializer
from gradus.spec.layer import Layer
from gradus.spec.optimizer import Optimizer
from gradus.spec.schedule import Schedule
from gradus.spec.spec_model import SpecModel, kind_of, spec_models_in
from gradus.wire.catalog import Catalog, CatalogEntry

FAMILIES: dict[str, Any] = {
    "layers": Layer,
    "initializers": Initializer,
    "normalizations": BatchNormSetting,
    "optimizers": Optimizer,
    "schedules": Schedule,
    "early_stopping": EarlyStoppingSetting,
    "checkpoints": CheckpointSetting,
}
"""The families whose kinds are pieces of the spec with fields of their own."""


@cache
def catalog() -> Catalog:
    """Every family of kinds, every metric, the schema of the whole spec, and examples."""
    families = {family: tuple(map(_word_entry, spec_models_in(union))) for family, union in FAMILIES.items()}
    families["activations"] = tuple(_name_entry(kind, formula) for kind, formula in activation.FORMULAS.items())
    families["penalties"] = tuple(_penalty_entry(kind, formula) for kind, formula in penalty.FORMULAS.items())
    families["losses"] = tuple(_name_entry(kind, formula) for kind, formula in loss.FORMULAS.items())
    examples = {name: as_posted(example) for name, example in EXAMPLES.items()}
    return Catalog(families=families, metrics=METRICS, spec=Spec.model_json_schema(), examples=examples)


def as_posted(experiment: Spec) -> dict[str, Any]:
    """The document that a person would post for it: what was left to its default stays away."""
    return experiment.model_dump(mode="json", include=set(experiment.model_fields_set), exclude_none=True)


def title_of(word: type[SpecModel]) -> str:
    """Its name for people."""
    return word.model_config.get("title") or word.__name__


def _word_entry(word: type[SpecModel]) -> CatalogEntry:
    formula = getdoc(word)
    assert formula, f"{word.__name__} says nowhere what it computes"
    return CatalogEntry(kind=kind_of(word), title=title_of(word), formula=formula, json_schema=word.model_json_schema())


def _name_entry(kind: str, formula: str) -> CatalogEntry:
    return CatalogEntry(kind=kind, title=kind.replace("_", " "), formula=formula, json_schema={"const": kind})


def _penalty_entry(kind: str, formula: str) -> CatalogEntry:
    schema = TypeAdapter(penalty.PenaltyFactor).json_schema()
    return CatalogEntry(kind=kind, title=kind.upper(), formula=formula, json_schema=schema)
