"""The page `docs/lab.md`: every demonstration with its request and its numbers."""

import json
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc

from gradus.lab.demonstrations import DEMONSTRATIONS, TITLES
from gradus.lab.network import Network
from gradus.lab.rate_against_rho import Classifier, Quadratic
from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message
from scripts.markdown import table
from scripts.openapi_words import Schema
from scripts.schema_words import accepts

HEAD = """\
# The lab

<!-- Written by `python -m scripts.docs` from `gradus/lab/`. Change it there, or the text in `scripts/lab_page.py`. -->

The lecture's demonstrations as calls. Each takes a JSON request, within bounds that keep it below about a second, and
answers with numbers and charts. `{}` stands for the defaults, which are the lecture's. The same request always gives
the same numbers. Nothing is stored, so that keys with the role viewer may ask, too.

```bash
curl -H "Authorization: Bearer $GRADUS_KEY" $GRADUS_URL/v1/lab       # what there is, with JSON Schema and defaults
curl -H "Authorization: Bearer $GRADUS_KEY" $GRADUS_URL/v1/lab/optimizer_paths --json '{"steps": 60}'
curl -H "Authorization: Bearer $GRADUS_KEY" $GRADUS_URL/v1/lab/optimizer_paths --json '{}' \\
  -H 'Accept: image/svg+xml' > paths.svg
```

```bash
gradus lab                                                           # what there is
gradus lab optimizer_paths --set steps=60 --svg paths.svg
```

```python
from gradus import Client, Momentum
from gradus.lab.optimizer_paths import OptimizerPaths

client = Client()
answer = client.lab.run("optimizer_paths", steps=60)
answer = client.lab.run(OptimizerPaths(steps=60, optimizers=[Momentum(lr=0.05)]))
print(answer.result["paths"][0]["x"][-1])
svg = client.lab.picture("dead_networks", widths=6)
```

On the dashboard, the page Lab has a card with controls and charts for each, and copies the call that you see as curl.

The formulas of optimizers, initializers and activations are those of [the spec](spec.md); tests compare them with the
code that trains.

An answer is `{"name", "request", "result", "charts"}`: the request with all defaults written out, the numbers, and the
same numbers as charts, of the kinds `line`, `bar`, `histograms` and `heat_map`.
"""

PARTS: dict[type[SpecModel], str] = {
    Network: "A network",
    Quadratic: "The problem `quadratic`",
    Classifier: "The problem `classifier`",
}
"""Objects inside requests that the spec does not have."""


_SHOWN = {"kind", "lr", "std", "activation", "init", "batch_norm"}
"""Keys of inner objects that are shown in a default; keys whose value is false are left out."""


def lab_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *(line for name in DEMONSTRATIONS for line in _demonstration(name)), *_parts()])


def _demonstration(name: str) -> Iterator[str]:
    model = DEMONSTRATIONS[name]
    yield f"## {TITLES[name]}\n"
    yield f"`POST /v1/lab/{name}`\n"
    yield (getdoc(model) or "").strip() + "\n"
    yield from _fields(model)
    yield "The numbers:\n"
    yield from _numbers(_result_of(name, model))


def _parts() -> Iterator[str]:
    yield "## Objects in requests\n"
    for model, title in PARTS.items():
        yield f"{title}. {' '.join((getdoc(model) or '').split())}\n"
        yield from _fields(model)


def _fields(model: type[SpecModel]) -> Iterator[str]:
    fields = model.model_json_schema()["properties"]
    yield from table(
        ("field", "accepts", "default", "meaning"),
        (
            (f"`{name}`", accepts(field), _default(field), " ".join(field.get("description", "").split()))
            for name, field in fields.items()
            if name != "kind"
        ),
    )


def _default(field: Schema) -> str:
    return f"`{json.dumps(_short(field['default']), ensure_ascii=False)}`"


def _short(value: object) -> object:
    """A default value without the less important keys of its inner objects."""
    if isinstance(value, list):
        return [_short(one) for one in value]
    if isinstance(value, dict):
        kept = {key: _short(one) for key, one in value.items() if key in _SHOWN and one is not False}
        return kept["kind"] if set(kept) == {"kind"} else kept
    return value


def _result_of(name: str, model: type[SpecModel]) -> type[Message]:
    result: type[Message] = getattr(import_module(f"gradus.lab.{name}"), f"{model.__name__}Result")
    return result


def _numbers(model: type[Message]) -> Iterator[str]:
    """A list of the keys, those of inner objects below theirs."""
    schema = model.model_json_schema(mode="serialization")
    yield from _keys(schema, schema.get("$defs", {}), "")
    yield ""


def _keys(schema: Schema, parts: dict[str, Schema], indent: str) -> Iterator[str]:
    for name, field in schema["properties"].items():
        words = " ".join(field.get("description", "").split())
        inner = field.get("items", {}).get("$ref", "").rpartition("/")[2]
        words = words or " ".join(parts[inner].get("description", "").split()) if inner else words
        yield f"{indent}- `{name}`{': ' + words if words else ''}"
        if inner:
            yield from _keys(parts[inner], parts, indent + "  ")
