"""Stored specs keep their meaning: a default is what a document meant that left the field out.

Experiments outlive versions of Gradus: an unfinished run goes on, a new seed is added to a sweep, a fork leaves fields
out. `stored_defaults.json` has the default of every field, and what some short documents resolve to.
`python -m tests.unit.spec.test_stored_defaults` writes it anew.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from pydantic_core import to_jsonable_python

import gradus.spec
from gradus.spec.experiment import Spec
from gradus.spec.spec_model import SpecModel
from tests.built_in import resolved

STORED = Path(__file__).with_name("stored_defaults.json")
SENT: tuple[dict[str, Any], ...] = (
    {"dataset": "wine", "layers": []},
    {"dataset": "diabetes", "layers": [16], "optimizer": "adamw", "loss": "huber"},
    {"dataset": "mnist", "layers": [{"kind": "conv", "channels": 4}, "flatten", 8], "early_stopping": True},
    {
        "dataset": "breast_cancer",
        "layers": [{"units": 8, "batch_norm": True, "dropout": 0.1}, {"kind": "residual", "layers": [8]}],
        "optimizer": "momentum",
        "schedule": "cosine",
        "number_embeddings": "periodic",
    },
)
REQUIRED = {"required": True}


def models() -> Iterator[type[SpecModel]]:
    """Every model of the spec."""
    for module in walk_packages(gradus.spec.__path__, "gradus.spec."):
        import_module(module.name)
    waiting = [SpecModel]
    while waiting:
        below = [model for model in waiting.pop().__subclasses__() if model.__module__.startswith("gradus.spec.")]
        yield from below
        waiting += below


def defaults() -> dict[str, dict[str, Any]]:
    """For each model, the default of each field, as a stored document would contain it."""
    return {
        model.__name__: {
            name: REQUIRED if field.is_required() else to_jsonable_python(field.get_default(call_default_factory=True))
            for name, field in model.model_fields.items()
        }
        for model in models()
    }


def outcome(sent: dict[str, Any]) -> dict[str, Any]:
    """The spec that a document resolves to today."""
    found = resolved(Spec.model_validate(sent))
    return {"sent": sent, "resolved": found.document, "fingerprint": found.fingerprint}


def stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(STORED.read_bytes())
    return found


def test_no_default_has_changed_its_meaning_for_stored_specs() -> None:
    assert defaults() == stored()["defaults"], (
        "specs that are stored without a changed or new field now mean something else, unless the new default is what "
        "Gradus did before: else write a migration that sets in them what they meant; then record the new defaults"
    )


@pytest.mark.parametrize(
    "before", stored()["documents"] if STORED.exists() else (), ids=lambda one: one["sent"]["dataset"]
)
def test_a_stored_document_resolves_to_what_it_did(before: dict[str, Any]) -> None:
    assert outcome(before["sent"]) == before
    assert outcome(before["resolved"])["resolved"] == before["resolved"]


if __name__ == "__main__":
    everything = {"defaults": dict(sorted(defaults().items())), "documents": [outcome(sent) for sent in SENT]}
    STORED.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
