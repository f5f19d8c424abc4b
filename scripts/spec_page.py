"""The page `docs/spec.md`: all fields of a spec, and all kinds that it can name."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import getdoc, getmodule
from typing import Literal

from gradus.catalog import FAMILIES, catalog, title_of
from gradus.datasets import DATASETS
from gradus.spec.column import ColumnSetting
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

Unknown keys are refused, every number has bounds, and NaN, infinities and numbers in quotes are not accepted. Wherever
an object with a `kind` is accepted, the kind's name alone stands for the object with all its defaults; an integer
stands for a dense layer; `true` stands for an object with all its defaults. The service expands these shorthands and
writes out all defaults in the `spec` of its response; specs that are equal then have the same `fingerprint`.

The output layer follows from the data set: one unit per class or label, or one linear unit per target for regression.
It has a bias, no batch normalization and no dropout, and uses the experiment's `init`.

A dry run (`POST /v1/experiments?dry_run=true`) returns the resolved spec, the shapes and parameters of every layer and
an estimate of the memory, and stores nothing.
"""

DATA = """\
Whether the words fit the data set is checked when the spec is resolved. A resolved spec of an uploaded data set has
everything written out, with the version and the digest of its content; that of a built-in one has `name`, `limit`,
`validation_size` and `standardize`. Both have `augment` if it is not empty.

Inputs of built-in data sets are scaled to [0, 1]: pixels by their maximum possible value, columns of tables by their
minimum and maximum in the training split. `standardize` then gives each input mean 0 and standard deviation 1 over
the training split. The training examples are shuffled by a permutation that depends only on the data set's name: the
first examples are the validation split, the next the training split, of which `limit` uses the first. Tables have no
test examples of their own: a fifth of the examples is split off in the same way. Files are searched for in
`GRADUS_DATASETS_DIR` and in `datasets` of the data folder, each in a folder with the data set's name, and downloaded
from public mirrors if missing.
"""


@dataclass(frozen=True)
class Section:
    """A part of the page about one family of the catalog, and the fields that refer to it."""

    title: str
    family: str
    fields: tuple[str, ...]
    form: Literal["kinds", "names", "one"] = "kinds"
    """A subsection for each kind, a row of a table for each, or a single model."""


COLUMNS = (
    Section("Roles", "roles", ("role",), "names"),
    Section("Encodings of numbers", "numbers", ("numbers",)),
    Section("Encodings of categories", "categories", ("categories",)),
    Section("Encodings of dates", "dates", ("dates",)),
    Section("Missing values", "missing", ("missing",)),
    Section("Splits", "splits", ("split",)),
    Section("Class weights", "class_weights", ("class_weights",), "names"),
)
"""The sections about the settings of uploaded data sets."""
KINDS = (
    Section("Augmentation", "augmentation", ("augment",)),
    Section("Layers", "layers", ("layers",)),
    Section("Embeddings", "number_embeddings", ("number_embeddings",)),
    Section("Activations", "activations", ("activation",), "names"),
    Section("Initializers", "initializers", ("init",)),
    Section("Batch normalization", "normalizations", ("batch_norm",), "one"),
    Section("Penalties", "penalties", ("l1", "l2"), "names"),
    Section("Optimizers", "optimizers", ("optimizer",)),
    Section("Schedules", "schedules", ("schedule",)),
    Section("Losses", "losses", ("loss",)),
    Section("Early stopping", "early_stopping", ("early_stopping",), "one"),
    Section("Devices", "devices", ("device",)),
    Section("Checkpoints", "checkpoints", ("checkpoint",), "one"),
)
TITLES = {"dataset": "Data sets", "columns": "Columns"} | {
    field: section.title for section in (*COLUMNS, *KINDS) for field in section.fields
}
"""The section with the details of a field."""


def spec_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *_fields_section(), *_data_sets(), *_columns(), *_sections(KINDS), *_examples()])


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


def _columns() -> Iterator[str]:
    """The section about the columns of uploaded data sets."""
    yield "## Columns\n"
    yield from _model(ColumnSetting)
    yield from _sections(COLUMNS)


def _sections(sections: Iterable[Section]) -> Iterator[str]:
    write = {"kinds": _family, "names": _names, "one": _only}
    for section in sections:
        yield from write[section.form](section.title, section.family)


def _family(title: str, family: str) -> Iterator[str]:
    """A section with a subsection for each kind."""
    yield f"## {title}\n"
    models = spec_models_in(FAMILIES[family])
    yield _paragraphs(getdoc(getmodule(models[0])) or "")
    for model in models:
        name = title_of(model)
        yield f"### `{kind_of(model)}`" + (f": {name}" if name.lower() != kind_of(model) else "") + "\n"
        yield from _model(model)


def _only(title: str, family: str) -> Iterator[str]:
    """A section for a family with a single model."""
    yield f"## {title}\n"
    for model in spec_models_in(FAMILIES[family]):
        yield from _model(model)


def _names(title: str, family: str) -> Iterator[str]:
    """A section with a table row for each kind."""
    entries: tuple[CatalogEntry, ...] = catalog().families[family]
    yield f"## {title}\n"
    yield from table(("kind", "formula"), ((f"`{entry.kind}`", entry.formula) for entry in entries))


def _model(model: type[SpecModel]) -> Iterator[str]:
    yield _paragraphs(getdoc(model) or "")
    if set(model.model_fields) - {"kind"}:
        yield from _fields(model)


def _fields(model: type[SpecModel]) -> Iterator[str]:
    schema = model.model_json_schema()
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
    section = TITLES.get(name)
    link = f" See [{section}](#{section.lower().replace(' ', '-')})." if section else ""
    return " ".join(field["description"].split()) + link


def _paragraphs(text: str) -> str:
    return text.strip() + "\n"


def _examples() -> Iterator[str]:
    yield "## Examples\n"
    for name, document in catalog().examples.items():
        lines = [f"  {code(key)[1:-1]}: {json.dumps(value, ensure_ascii=False)}" for key, value in document.items()]
        yield f"{name[:1].upper()}{name[1:]}:\n\n```json\n{{\n" + ",\n".join(lines) + "\n}\n```\n"
