"""Any valid spec survives the journey through JSON, whatever its numbers."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from gradus.catalog import WORDS
from gradus.datasets import DATASETS
from gradus.spec.activation import ACTIVATIONS
from gradus.spec.experiment import Experiment
from gradus.spec.word import kind_of, words_of
from gradus.summary import dry_run


def numbers(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Any value that a field's JSON Schema allows."""
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"])
        case _:
            return st.floats(
                schema.get("minimum", schema.get("exclusiveMinimum")),
                schema.get("maximum", schema.get("exclusiveMaximum")),
                exclude_min="exclusiveMinimum" in schema,
                exclude_max="exclusiveMaximum" in schema,
            )


def objects(word: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Any document of a word whose fields are numbers, names and switches."""
    properties = {name: numbers(schema) for name, schema in word.model_json_schema()["properties"].items()}
    required = {"kind": properties.pop("kind")} if "kind" in properties else {}
    return st.fixed_dictionaries(required, optional=properties)


def family(name: str) -> st.SearchStrategy[Any]:
    words = words_of(WORDS[name])
    tagged = "kind" in words[0].model_fields
    short: list[Any] = [kind_of(word) for word in words] if tagged else [True]
    return st.one_of(st.sampled_from(short), *map(objects, words))


RATES = st.floats(0, 1, exclude_max=True)
INITS = family("initializers")
NORMS = st.sampled_from([False]) | family("normalizations")
LAYERS = st.integers(1, 100_000) | st.fixed_dictionaries(
    {"kind": st.just("dense"), "units": st.integers(1, 100_000)},
    optional={
        "activation": st.sampled_from(ACTIVATIONS),
        "init": INITS,
        "batch_norm": NORMS,
        "dropout": RATES,
        "bias": st.booleans(),
    },
)
DATASET_SPECS = st.fixed_dictionaries(
    {"name": st.sampled_from([name for name, facts in DATASETS.items() if facts.classes])},
    optional={
        "limit": st.none() | st.integers(2, 100_000_000),
        "validation_size": st.none() | st.integers(1, 100) | st.floats(0, 0.9, exclude_min=True),
        "standardize": st.booleans(),
    },
)
SPECS = st.fixed_dictionaries(
    {"dataset": DATASET_SPECS, "layers": st.lists(LAYERS, max_size=5)},
    optional={
        "name": st.text(st.characters(codec="utf-8"), max_size=200),
        "tags": st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=100), max_size=5),
        "activation": st.sampled_from(ACTIVATIONS),
        "init": INITS,
        "batch_norm": NORMS,
        "dropout": RATES,
        "input_dropout": RATES,
        "l1": st.floats(0, 1000),
        "l2": st.floats(0, 1000),
        "optimizer": family("optimizers"),
        "schedule": family("schedules"),
        "batch_size": st.integers(2, 1_000_000) | st.just("full"),
        "epochs": st.integers(1, 100_000),
        "max_seconds": st.none() | st.floats(0, 31_536_000, exclude_min=True),
        "early_stopping": st.none() | family("early_stopping"),
        "clip_norm": st.none() | st.floats(0, 1e9, exclude_min=True),
        "seed": st.integers(0, 2**53 - 1),
        "precision": st.sampled_from(["float32", "bfloat16"]),
        "device": st.sampled_from(["auto", "cpu", "cuda"]),
        "checkpoint": st.integers(1, 100_000)
        | st.fixed_dictionaries({}, optional={"every": st.none() | st.integers(1, 100), "keep": st.integers(1, 1000)}),
    },
)


@settings(max_examples=200, deadline=None)
@given(SPECS)
def test_a_spec_comes_back_from_json_bit_for_bit(document: dict[str, Any]) -> None:
    experiment = Experiment.model_validate_json(json.dumps(document))
    assert Experiment.model_validate(document) == experiment
    resolved = Experiment.model_validate_json(json.dumps(experiment.document()))
    assert resolved == experiment.resolved() == resolved.resolved()
    assert resolved.fingerprint() == experiment.fingerprint()


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_any_valid_spec_can_be_summed_up(document: dict[str, Any]) -> None:
    experiment = Experiment.model_validate(document)
    summary = dry_run(experiment)
    assert summary.parameters > 0
    assert summary.memory_bytes > 4 * summary.parameters
    assert type(summary).model_validate_json(summary.model_dump_json()) == summary
