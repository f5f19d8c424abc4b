"""Random documents of specs for Hypothesis: all words of any size, and documents that are almost valid."""

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel

from gradus.catalog import FAMILIES
from gradus.datasets import DATASETS
from gradus.spec.activation import ACTIVATIONS
from gradus.spec.conv import MAX_CHANNELS
from gradus.spec.experiment import Spec
from gradus.spec.layer import Dense
from gradus.spec.spec_model import kind_of, spec_models_in

Document = dict[str, Any]


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


def objects(word: type[BaseModel]) -> st.SearchStrategy[Document]:
    """Any document of a model whose fields are numbers, names and switches."""
    properties = {name: numbers(schema) for name, schema in word.model_json_schema()["properties"].items()}
    required = {"kind": properties.pop("kind")} if "kind" in properties else {}
    return st.fixed_dictionaries(required, optional=properties)


def family(name: str) -> st.SearchStrategy[Any]:
    """Any document of a family's models, and their shorthands."""
    words = spec_models_in(FAMILIES[name])
    tagged = "kind" in words[0].model_fields
    short: list[Any] = [kind_of(word) for word in words] if tagged else [True]
    return st.one_of(st.sampled_from(short), *map(objects, words))


RATES = st.floats(0, 1, exclude_max=True)
INHERITED: dict[str, st.SearchStrategy[Any]] = {
    "activation": st.sampled_from(["relu", "identity"]) | st.sampled_from(ACTIVATIONS),  # often what is inherited
    "init": family("initializers"),
    "batch_norm": st.sampled_from([False]) | family("normalizations"),
    "dropout": RATES,
}
"""Keys that both a spec and its layers with weights have."""


def residuals(layers: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    """Residual connections around these layers, whose shapes permit a projection."""
    required = {"kind": st.just("residual"), "layers": st.lists(layers, min_size=1, max_size=3)}
    optional = {"shortcut": st.sampled_from(["auto", "projection"]), "activation": INHERITED["activation"]}
    return st.fixed_dictionaries(required, optional=optional)


def of_numbers(units: int) -> st.SearchStrategy[Any]:
    """Layers that read any shape."""
    fields = {"kind": st.just("dense"), "units": st.integers(1, units)}
    dense = st.fixed_dictionaries(fields, optional={**INHERITED, "bias": st.booleans()})
    return st.integers(1, units) | dense


def of_images(channels: int) -> st.SearchStrategy[Document]:
    """Layers that read images of any size, and make images ⌈size / stride⌉ pixels wide."""
    stride = st.integers(1, 4)
    conv = {"channels": st.integers(1, channels)}
    how = {"kernel": st.integers(1, 5), "stride": stride, "dilation": st.integers(1, 3), "padding": st.just("same")}
    convs = [
        st.fixed_dictionaries({"kind": st.just(kind), **conv}, optional={**how, **INHERITED, "bias": st.booleans()})
        for kind in ("conv", "separable_conv")
    ]
    pools = st.builds(
        lambda kind, half, more: {"kind": kind, "size": 2 * half + 1, "padding": half, **more},
        st.sampled_from(["max_pool", "avg_pool"]),
        st.integers(0, 2),
        st.fixed_dictionaries({}, optional={"stride": stride}),
    )
    return st.one_of(*convs, pools, st.fixed_dictionaries({"kind": st.just("scale")}))


def networks(units: int, *, images: bool) -> st.SearchStrategy[list[Any]]:
    """Layers for rows of numbers, or for images."""
    dense = of_numbers(units)
    last = st.lists(dense | residuals(dense), max_size=4)
    if not images:
        return last
    layers = of_images(min(units, MAX_CHANNELS))
    first = st.lists(layers | residuals(layers), max_size=4)
    as_numbers = st.just("flatten") | st.just("global_avg_pool") | dense
    return last | st.builds(lambda images, layer, rest: [*images, layer, *rest], first, as_numbers, last)


def specs(datasets: Iterable[str], units: int, limit: int, epochs: int) -> st.SearchStrategy[Document]:
    """Documents in which each single field is valid. `units`, `limit` and `epochs` bound the numbers that decide how
    long a run takes."""
    return st.sampled_from(list(datasets)).flatmap(lambda name: _specs_for(name, units, limit, epochs))


def _specs_for(name: str, units: int, limit: int, epochs: int) -> st.SearchStrategy[Document]:
    dataset = st.fixed_dictionaries(
        {"name": st.just(name)},
        optional={
            "limit": st.none() | st.integers(2, limit),
            "validation_size": st.none() | st.integers(1, 100) | st.floats(0, 0.9, exclude_min=True),
            "standardize": st.booleans(),
        },
    )
    text = st.characters(codec="utf-8", exclude_characters="\0")
    return st.fixed_dictionaries(
        {"dataset": dataset, "layers": networks(units, images=len(DATASETS[name].input_shape) > 1)},
        optional={
            **INHERITED,
            "name": st.text(text, max_size=200),
            "tags": st.lists(st.text(text, min_size=1, max_size=100), max_size=5),
            "input_dropout": RATES,
            "l1": st.floats(0, 1000),
            "l2": st.floats(0, 1000),
            "optimizer": family("optimizers"),
            "schedule": family("schedules"),
            "batch_size": st.integers(2, 1_000_000) | st.just("full"),
            "epochs": st.integers(1, epochs),
            "max_seconds": st.none() | st.floats(0, 31_536_000, exclude_min=True),
            "early_stopping": st.none() | family("early_stopping"),
            "clip_norm": st.none() | st.floats(0, 1e9, exclude_min=True),
            "seed": st.integers(0, 2**53 - 1),
            "precision": st.sampled_from(["float32", "bfloat16"]),
            "device": st.sampled_from(["auto", "cpu", "cuda"]),
            "checkpoint": st.integers(1, 100_000)
            | st.fixed_dictionaries(
                {}, optional={"every": st.none() | st.integers(1, 100), "keep": st.integers(1, 1000)}
            ),
        },
    )


ODD: tuple[Any, ...] = (
    0,
    -1,
    1,
    2,
    0.5,
    1.0,
    -0.0,
    5e-324,
    1e-45,
    1e308,
    2**53,
    True,
    False,
    None,
    "",
    "full",
    "adam",
    [],
    {},
    [1],
)
"""Values at the limits of some fields, or invalid in every field."""


@st.composite
def nearly(draw: st.DrawFn, documents: st.SearchStrategy[Document]) -> Document:
    """A document with an odd value in one place."""
    whole = place = draw(documents)
    while True:
        key = draw(st.sampled_from(sorted(place)))
        inner = place[key]
        if not (isinstance(inner, dict) and inner and draw(st.booleans())):
            place[key] = draw(st.sampled_from(ODD))
            return whole
        place = inner


def dense_layers(spec: Spec) -> list[Dense]:
    """The layers of a spec that has only dense layers."""
    dense = [layer for layer in spec.layers if isinstance(layer, Dense)]
    assert len(dense) == len(spec.layers)
    return dense
