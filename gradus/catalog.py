"""The catalog of everything that a spec can name, generated from the unions of the spec models."""

from functools import cache
from inspect import getdoc
from typing import Any

from pydantic import TypeAdapter

from gradus.examples import EXAMPLES
from gradus.metrics import METRICS
from gradus.spec import activation, class_weights, column, penalty
from gradus.spec.augment import Augmentation
from gradus.spec.batch_norm import BatchNormSetting
from gradus.spec.calendar import Dates
from gradus.spec.categories import Categories
from gradus.spec.checkpoint import CheckpointSetting
from gradus.spec.device import Device
from gradus.spec.early_stopping import EarlyStoppingSetting
from gradus.spec.embeddings import NumberEmbeddings
from gradus.spec.experiment import Spec
from gradus.spec.initializer import Initializer
from gradus.spec.layer import Layer
from gradus.spec.loss import Loss
from gradus.spec.missing import Missing
from gradus.spec.numbers import Numbers
from gradus.spec.optimizer import Optimizer
from gradus.spec.schedule import Schedule
from gradus.spec.spec_model import SpecModel, kind_of, spec_models_in
from gradus.spec.split import Split
from gradus.wire.catalog import Catalog, CatalogEntry

FAMILIES: dict[str, Any] = {
    "layers": Layer,
    "number_embeddings": NumberEmbeddings,
    "initializers": Initializer,
    "normalizations": BatchNormSetting,
    "optimizers": Optimizer,
    "schedules": Schedule,
    "losses": Loss,
    "early_stopping": EarlyStoppingSetting,
    "devices": Device,
    "checkpoints": CheckpointSetting,
    "numbers": Numbers,
    "categories": Categories,
    "dates": Dates,
    "missing": Missing,
    "splits": Split,
    "augmentation": Augmentation,
}
"""The families whose kinds are spec models with parameters."""


@cache
def catalog() -> Catalog:
    """All families of kinds, all metrics, the JSON Schema of the spec, and example specs."""
    families = {family: tuple(map(_model_entry, spec_models_in(union))) for family, union in FAMILIES.items()}
    families["activations"] = tuple(_name_entry(kind, formula) for kind, formula in activation.FORMULAS.items())
    families["penalties"] = tuple(_penalty_entry(kind, formula) for kind, formula in penalty.FORMULAS.items())
    families["roles"] = tuple(_name_entry(kind, meaning) for kind, meaning in column.ROLE_MEANINGS.items())
    families["class_weights"] = tuple(_name_entry(kind, formula) for kind, formula in class_weights.FORMULAS.items())
    examples = {name: as_posted(example) for name, example in EXAMPLES.items()}
    return Catalog(families=families, metrics=METRICS, spec=Spec.model_json_schema(), examples=examples)


def as_posted(experiment: Spec) -> dict[str, Any]:
    """The experiment's document without default values, as a person would write it."""
    return experiment.model_dump(mode="json", include=set(experiment.model_fields_set), exclude_none=True)


def title_of(model: type[SpecModel]) -> str:
    """The display name of a spec model."""
    return model.model_config.get("title") or model.__name__


def _model_entry(model: type[SpecModel]) -> CatalogEntry:
    formula = getdoc(model)
    assert formula, f"{model.__name__} has no docstring with its formula"
    schema = model.model_json_schema()
    return CatalogEntry(kind=kind_of(model), title=title_of(model), formula=formula, json_schema=schema)


def _name_entry(kind: str, formula: str) -> CatalogEntry:
    return CatalogEntry(kind=kind, title=kind.replace("_", " "), formula=formula, json_schema={"const": kind})


def _penalty_entry(kind: str, formula: str) -> CatalogEntry:
    schema = TypeAdapter(penalty.PenaltyFactor).json_schema()
    return CatalogEntry(kind=kind, title=kind.upper(), formula=formula, json_schema=schema)
