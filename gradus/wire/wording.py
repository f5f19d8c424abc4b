"""Validation errors as sentences for people who do not know the classes behind a document."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from gradus.nearest import nearest
from gradus.parse.document import Parse
from gradus.spec.augment import Augmentation
from gradus.spec.calendar import Dates
from gradus.spec.categories import Categories
from gradus.spec.column import Encoding
from gradus.spec.embeddings import NumberEmbeddings
from gradus.spec.initializer import Initializer
from gradus.spec.layer import InnerLayer, Layer
from gradus.spec.loss import Loss
from gradus.spec.missing import Missing
from gradus.spec.numbers import Numbers
from gradus.spec.optimizer import Optimizer
from gradus.spec.schedule import Schedule
from gradus.spec.spec_model import kind_of, spec_models_in
from gradus.spec.split import Split
from gradus.sweep.space import Space
from gradus.wire.habits import SOFTMAX, VALUES, folded

KINDS: dict[str, tuple[str, ...]] = {
    "augmentation": tuple(map(kind_of, spec_models_in(Augmentation))),
    "categories": tuple(map(kind_of, spec_models_in(Categories))),
    "dates": tuple(map(kind_of, spec_models_in(Dates))),
    "encode": tuple(map(kind_of, spec_models_in(Encoding))),
    "init": tuple(map(kind_of, spec_models_in(Initializer))),
    "loss": tuple(map(kind_of, spec_models_in(Loss))),
    "inner_layer": tuple(map(kind_of, spec_models_in(InnerLayer))),
    "layer": tuple(map(kind_of, spec_models_in(Layer))),
    "missing": tuple(map(kind_of, spec_models_in(Missing))),
    "number_embeddings": tuple(map(kind_of, spec_models_in(NumberEmbeddings))),
    "numbers": tuple(map(kind_of, spec_models_in(Numbers))),
    "optimizer": tuple(map(kind_of, spec_models_in(Optimizer))),
    "output_init": tuple(map(kind_of, spec_models_in(Initializer))),
    "parse": tuple(map(kind_of, spec_models_in(Parse))),
    "schedule": tuple(map(kind_of, spec_models_in(Schedule))),
    "split": tuple(map(kind_of, spec_models_in(Split))),
    "space": tuple(map(kind_of, spec_models_in(Space))),
}
"""The kinds of each field that has kinds. Pydantic puts the kind into an error's place after the field's name."""

WHOLE: dict[str, str] = {
    "augment": 'must be a list of changes, such as ["flip", {"kind": "rotate", "degrees": 15}]',
    "batch_norm": 'must be true, false, or an object such as {"momentum": 0.1}',
    "batch_size": 'must be a whole number from 1 to 1000000, or "full"',
    "checkpoint": 'must be a whole number of epochs, or an object such as {"every": 5, "keep": 10}',
    "class_weights": 'must be "none", "balanced", or an object such as {"yes": 5.0, "no": 1.0}',
    "dataset": 'must be the name of a data set, or an object such as {"name": "mnist"}',
    "early_stopping": 'must be true, false, or an object such as {"patience": 5}',
    "inner_layer": 'must be a layer: a whole number of units, or an object such as {"kind": "dense", "units": 300}',
    "layer": 'must be a layer: a whole number of units, or an object such as {"kind": "dense", "units": 300}',
    "layers": "must be a list of layers, such as [300, 100]",
    "padding": 'must be a whole number from 0 to 64, or "same"',
    "objective": 'must be the name of a metric, or an object such as {"metric": "validation_loss"}',
    "seeds": "must be a list of different whole numbers",
    "target": 'must be the name of a column, a list of names, or an object such as {"column": "tags"}',
    "tags": "must be a list of strings",
    "variants": 'must be "columns", or an object such as {"+ batch norm": {"batch_norm": true}}',
    "validation_size": "must be a whole number from 1 to 100000000, or a fraction between 0 and 1",
}
"""What fields with several forms accept: one sentence for all forms."""

_OBJECTS: dict[str, str] = {
    "ColumnSetting": 'must be a role such as "ignore", or an object such as {"encode": "one_hot"}',
    "Spec": 'must be an object such as {"dataset": "mnist", "layers": [300, 100]}',
}

_FORM_ERRORS = frozenset(
    {
        "float_type",
        "greater_than",
        "greater_than_equal",
        "int_from_float",
        "int_type",
        "less_than",
        "less_than_equal",
        "literal_error",
        "model_attributes_type",
        "model_type",
        "string_type",
        "too_short",
        "tuple_type",
    }
)
"""Errors of a whole value, for which a field with several forms has a single sentence."""

_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "bool_type": lambda _: "must be true or false",
    "dict_type": lambda _: "must be an object",
    "finite_number": lambda _: "must be a finite number",
    "float_type": lambda _: "must be a number",
    "greater_than": lambda limit: f"must be greater than {limit['gt']:.15g}",
    "greater_than_equal": lambda limit: f"must be at least {limit['ge']:.15g}",
    "int_from_float": lambda _: "must be a whole number",
    "int_type": lambda _: "must be a whole number",
    "less_than": lambda limit: f"must be less than {limit['lt']:.15g}",
    "less_than_equal": lambda limit: f"must be at most {limit['le']:.16g}",
    "missing": lambda _: "is required",
    "model_type": lambda asked: _OBJECTS.get(asked["class_name"], "must be an object"),
    "string_too_long": lambda limit: f"must have at most {limit['max_length']} characters",
    "string_too_short": lambda limit: f"must have at least {limit['min_length']} character",
    "string_type": lambda _: "must be a string",
    "string_unicode": lambda _: "must be text that can be written in UTF-8",
    "too_long": lambda limit: f"must have at most {limit['max_length']} items",
    "too_short": lambda limit: f"must have at least {limit['min_length']} item",
    "tuple_type": lambda _: "must be a list",
}


def sentence(detail: ErrorDetails, field: str) -> str:
    """What is wrong with the field, and what to write instead."""
    if detail["loc"][-2:-1] == ("space",):
        field = "space"  # its keys are paths, and its values have the kinds of a search space
    if detail["loc"][-2:-1] == ("layers",) and isinstance(detail["loc"][-1], int):
        field = "layer" if detail["loc"].count("layers") == 1 else "inner_layer"
    if detail["loc"][-2:-1] == ("augment",) and isinstance(detail["loc"][-1], int):
        field = "augmentation"
    told = _told(detail, field)
    if "whole number" not in told or not isinstance(detail["input"], float) or not detail["input"].is_integer():
        return told
    how = "written without point or exponent"  # 1e1 is a fraction to a strict reader
    return f"{told}, {how}" if told.endswith("whole number") else f"{told}; a whole number is {how}"


def _told(detail: ErrorDetails, field: str) -> str:
    error, context = detail["type"], detail.get("ctx", {})
    if error in _FORM_ERRORS and field in WHOLE:
        return WHOLE[field]
    if error in {"union_tag_invalid", "union_tag_not_found", "model_attributes_type"}:
        return _kind_sentence(context.get("tag"), KINDS.get(field, ()))
    if error in {"literal_error", "enum"}:
        names = re.findall(r"'(\w+)'", context["expected"])
        return f"must be {context['expected']}" + (_hint(detail["input"], names) if len(names) > 3 else "")
    if error.startswith(("datetime_", "timezone_")):
        return "must be a time with its time zone, such as 2027-01-31T12:00:00Z"
    return _SENTENCES[error](context) if error in _SENTENCES else detail["msg"].replace("Input should be", "must be")


def _kind_sentence(given: str | None, kinds: Sequence[str]) -> str:
    known = ", ".join(kinds)
    if given is None:
        return f"must be the name of a kind, or an object with the key 'kind': one of {known}"
    return f"unknown kind '{given[:100]}'{_hint(given, kinds) or ':'} known are {known}"


def _hint(given: Any, known: Sequence[str]) -> str:
    if not isinstance(given, str):
        return ""
    if "relu" in known and folded(given) == "softmax":
        return f": {SOFTMAX}"
    ours = VALUES.get(folded(given))
    close = ours if ours in known else nearest(given, known)
    return f": did you mean '{close}'?" if close else ""
