"""The page `docs/spec.md`: every field of a spec and every kind that it can name."""

import json
from collections.abc import Iterator
from inspect import getdoc, getmodule

from gradus.catalog import FAMILIES, catalog, title_of
from gradus.datasets import DATASETS
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.spec.spec_model import SpecModel, kind_of, spec_models_in
from gradus.wire.catalog import CatalogEntry
from scripts.markdown import table
from scripts.schema_words import accepts, code, default

HEAD = """\
# The experiment spec

<!-- Written by `python -m scripts.docs` from `gradus/spec/`. Change it there. -->

An experiment is one JSON object. Only `dataset` and `layers` are required:

```json
{"dataset": "mnist", "layers": [300, 100]}
```

Unknown keys are refused, every number has bounds, and NaN, infinities and numbers in quotes are no numbers. Wherever
an object with a `kind` is accepted, the kind's name alone stands for the object with all its defaults; an integer
stands for a dense layer; `true` stands for an object with all its defaults. The server writes all of them out: the
`spec` of its answer leaves nothing to defaults, and two specs that come out the same have the same `fingerprint`.

The output layer is implied by the data set: one unit a class, softmax and cross-entropy; or one linear unit and squared
error for regression. It has a bias, no batch normalization and no dropout, and is initialized by the experiment's
`init`.

A dry run (`POST /v1/experiments?dry_run=true`) answers with the resolved spec, every layer's shapes and parameters, and
an estimate of the memory, and stores nothing.
"""

DATA = """\
Inputs are scaled to [0, 1]: pixels by the largest value that one can have, columns of tables by the smallest and
largest value among the examples trained on. `standardize` then gives each input mean 0 and deviation 1 over these.
The training examples stand in an order that the data set's name alone decides: the first are kept for validation, the
next are trained on, and `limit` takes the first of those. Tables have no test examples of their own: a fifth, drawn in
the same way. Files are searched for in `GRADUS_DATASETS_DIR` and the data folder's `datasets`, in a folder of the data
set's name, and downloaded from public mirrors if they are in neither.
"""

SECTIONS = {
    "dataset": "Data sets",
    "layers": "Layers",
    "activation": "Activations",
    "init": "Initializers",
    "batch_norm": "Batch normalization",
    "l1": "Penalties",
    "l2": "Penalties",
    "optimizer": "Optimizers",
    "schedule": "Schedules",
    "early_stopping": "Early stopping",
    "checkpoint": "Checkpoints",
}
"""The section that says more about a field."""


def spec_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *_fields_section(), *_data_sets(), *_kinds(), *_examples()])


def _fields_section() -> Iterator[str]:
    yield "## Fields\n"
    yield from _fields(Spec)


def _data_sets() -> Iterator[str]:
    yield "## Data sets\n"
    yield _paragraphs(Dataset.__doc__ or "")
    yield DATA
    yield from _fields(Dataset)
    yield from table(
        ("name", "what", "task", "inputs", "classes", "training", "validation", "test"),
        (
            (
                f"`{facts.name}`",
                facts.title,
                facts.task,
                " x ".join(map(str, facts.input_shape)),
                str(len(facts.classes) or "–"),
                str(facts.train_examples - facts.default_validation),
                str(facts.default_validation),
                str(facts.test_examples),
            )
            for facts in DATASETS.values()
        ),
    )


def _kinds() -> Iterator[str]:
    yield from _family("Layers", "layers")
    yield from _names("Activations", "activations")
    yield from _family("Initializers", "initializers")
    yield from _only("Batch normalization", "normalizations")
    yield from _names("Penalties", "penalties")
    yield from _family("Optimizers", "optimizers")
    yield from _family("Schedules", "schedules")
    yield from _names("Losses", "losses")
    yield from _only("Early stopping", "early_stopping")
    yield from _only("Checkpoints", "checkpoints")


def _family(title: str, family: str) -> Iterator[str]:
    """A section with a part for each kind."""
    yield f"## {title}\n"
    words = spec_models_in(FAMILIES[family])
    yield _paragraphs(getdoc(getmodule(words[0])) or "")
    for word in words:
        name = title_of(word)
        yield f"### `{kind_of(word)}`" + (f": {name}" if name.lower() != kind_of(word) else "") + "\n"
        yield from _word(word)


def _only(title: str, family: str) -> Iterator[str]:
    """A section with the only piece of its family."""
    yield f"## {title}\n"
    for word in spec_models_in(FAMILIES[family]):
        yield from _word(word)


def _names(title: str, family: str) -> Iterator[str]:
    """A section with a line for each kind."""
    entries: tuple[CatalogEntry, ...] = catalog().families[family]
    yield f"## {title}\n"
    yield from table(("kind", "formula"), ((f"`{entry.kind}`", entry.formula) for entry in entries))


def _word(word: type[SpecModel]) -> Iterator[str]:
    (entry,) = [found for family in catalog().families.values() for found in family if found.title == title_of(word)]
    yield _paragraphs(entry.formula)
    if set(word.model_fields) - {"kind"}:
        yield from _fields(word)


def _fields(word: type[SpecModel]) -> Iterator[str]:
    schema = word.model_json_schema()
    required = schema.get("required", [])
    yield from table(
        ("field", "accepts", "default", "meaning"),
        (
            (f"`{name}`", accepts(field), default(field, required=name in required), _meaning(name, field))
            for name, field in schema["properties"].items()
            if name != "kind"
        ),
    )


def _meaning(name: str, field: dict[str, str]) -> str:
    section = SECTIONS.get(name)
    link = f" See [{section}](#{section.lower().replace(' ', '-')})." if section else ""
    return " ".join(field["description"].split()) + link


def _paragraphs(text: str) -> str:
    return text.strip() + "\n"


def _examples() -> Iterator[str]:
    yield "## Examples\n"
    for name, document in catalog().examples.items():
        lines = [f"  {code(key)[1:-1]}: {json.dumps(value, ensure_ascii=False)}" for key, value in document.items()]
        yield f"{name[:1].upper()}{name[1:]}:\n\n```json\n{{\n" + ",\n".join(lines) + "\n}\n```\n"
