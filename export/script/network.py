"""The network as straight-line code."""

from collections.abc import Iterator
from typing import assert_never

from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.initializer import (
    ConcreteInitializer,
    Constant,
    Fan,
    He,
    Normal,
    Ntk,
    Orthogonal,
    Uniform,
    Xavier,
    Zeros,
)
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import INPUT, LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
from gradus.spec.nodes.scale import ScalePlan
from gradus.spec.tensor_plan import TensorPlan

_ACTIVATIONS: dict[Activation, str] = {
    "relu": "torch.relu({})",
    "sigmoid": "torch.sigmoid({})",
    "tanh": "torch.tanh({})",
    "elu": "functional.elu({})",
    "selu": "torch.selu({})",
    "leaky_relu": "functional.leaky_relu({})",
    "gelu": "functional.gelu({})",
    "silu": "functional.silu({})",
    "mish": "functional.mish({})",
    "softplus": "functional.softplus({})",
    "identity": "{}",
}


def tensors(plan: NetworkPlan) -> Iterator[str]:
    """The tables of all tensors, with their shapes and the distributions of their initial values."""
    every = [(f"{layer.name}.{tensor.name}", tensor) for layer in plan.layers for tensor in layer.tensors]
    for title, is_weight, says in (
        ("WEIGHTS", True, "Shape and initial values of each weight matrix, to which penalties apply."),
        ("OTHERS", False, "Shape and initial values of all other parameters."),
    ):
        yield f"{title}: Mapping[str, tuple[tuple[int, int], Initial]] = {{"
        for name, tensor in every:
            if tensor.is_weight == is_weight:
                yield f'    "{name}": ({tensor.shape}, {_initial(tensor)}),'
        yield "}"
        yield f'"""{says}"""'
    running = [f'"{layer.name}": {layer.running[0].shape[1]}' for layer in plan.layers if layer.running]
    yield f"RUNNING: Mapping[str, int] = {{{', '.join(running)}}}"
    yield '"""Units of each layer with batch normalization."""'


def _initial(tensor: TensorPlan) -> str:
    if isinstance(tensor.initial, float):
        return f"constant({tensor.initial})"
    return initializer(tensor.initial, tensor.shape, tensor.fan_out or tensor.shape[1])


def initializer(  # noqa: PLR0911 - one for each kind
    init: ConcreteInitializer, shape: tuple[int, int], fan_out: int
) -> str:
    """The expression of a distribution."""
    match init:
        case Xavier():
            return _scaled(1, _fan(init.fan, shape[0], fan_out), init.distribution)
        case He():
            return _scaled(2, _fan(init.fan, shape[0], fan_out), init.distribution)
        case Normal() | Ntk():
            return f"normal({init.std!r})"
        case Uniform():
            return f"uniform({init.bound!r})"
        case Constant():
            return f"constant({init.value!r})"
        case Zeros():
            return "constant(0.0)"
        case Orthogonal():
            return f"orthogonal({init.gain!r})"
        case _:
            assert_never(init)


def _fan(fan: Fan, fan_in: int, fan_out: int) -> str:
    return str(fan_in) if fan == "in" else f"(({fan_in} + {fan_out}) / 2)"


def _scaled(numerator: int, fan: str, distribution: str) -> str:
    if distribution == "normal":
        return f"normal(sqrt({numerator} / {fan}))"
    return f"uniform(sqrt(3 * ({numerator} / {fan})))"


def dropouts(plan: NetworkPlan) -> list[str]:
    """The lines of the table of dropouts."""
    found = [(INPUT, plan.input_dropout, plan.inputs)]
    found += [(layer.name, layer.dropout, layer.masked) for layer in plan.layers]
    lines = [f'    "{name}": Dropout("{name}", {rate!r}, {units}),' for name, rate, units in found if rate]
    return ["DROPOUTS = {", *lines, "}"] if lines else []


def forward(plan: NetworkPlan) -> Iterator[str]:
    """The function that computes the network."""
    yield "def forward(x: Tensor, p: Mapping[str, Tensor], step: int | None = None) -> Tensor:"
    yield f'    """The outputs ({_words((plan.outputs,))}) of inputs ({_words((plan.inputs,))}).'
    yield ""
    yield "    In training, `step` selects the dropout masks; without it, the network is evaluated."
    yield '    """'
    if plan.input_dropout:
        yield f'    x = DROPOUTS["{INPUT}"](x, step)'
    if len(plan.input_shape) > 1:
        yield f"    x = x.view(-1, {', '.join(map(str, plan.input_shape))})"
    names = _variables(plan)
    if names[INPUT] != "x":
        yield f"    {names[INPUT]} = x"
    for layer in plan.layers:
        yield f"    # {layer.name}: {_words(layer.in_shape)} to {_words(layer.shape)}"
        yield from _layer(layer, names)
    yield f"    return {names[plan.layers[-1].name]}"


def _words(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape)


def _variables(plan: NetworkPlan) -> dict[str, str]:
    """The variable that holds the output of each node: `x`, or a separate variable if a later node needs the output as
    well."""
    order = [INPUT, *(layer.name for layer in plan.layers)]
    names = {}
    for i, name in enumerate(order):
        readers = [j for j, layer in enumerate(plan.layers, 1) if name in layer.inputs]
        is_passing = all(j == i + 1 for j in readers)
        names[name] = "x" if is_passing else "kept_" + name.removeprefix("layers/").replace("/", "_")
    return names


def _layer(layer: LayerPlan, names: dict[str, str]) -> Iterator[str]:
    """The lines that compute a node's output and store it in its variable."""
    out, (x, *more) = names[layer.name], [names[name] for name in layer.inputs]
    match layer:
        case EmbeddingsPlan():
            yield from _embeddings(layer, x, out)
        case DensePlan():
            factor = f" * {layer.input_factor!r}" if layer.input_factor != 1 else ""
            yield f"    {out} = dense({x}{factor}, {_weights(layer)})"
            yield from _finish(layer, out)
        case ScalePlan():
            shape = f".view({', '.join(map(str, layer.shape))})" if len(layer.shape) > 1 else ""
            yield f'    {out} = {x} * p["{layer.name}.scale"]{shape}'
        case ConvPlan():
            yield f"    {out} = conv({x}, {_weights(layer)}, {_how(layer)})"
            yield from _finish(layer, out)
        case MaxPoolPlan():
            yield f"    {out} = max_pool({x}, {layer.size}, {layer.stride}, {layer.padding})"
        case AvgPoolPlan():
            yield f"    {out} = avg_pool({x}, {layer.size}, {layer.stride}, {layer.padding})"
        case GlobalAvgPoolPlan():
            yield f"    {out} = {x}.mean((1, 2))"
        case FlattenPlan():
            yield f"    {out} = {x}.flatten(1)"
        case AddPlan():
            total = " + ".join([x, *more])
            yield f"    {out} = {_ACTIVATIONS[layer.activation].format(total)}"
        case _:
            assert_never(layer)


def _weights(layer: DensePlan | ConvPlan) -> str:
    bias = f', p["{layer.name}.bias"]' if layer.bias else ""
    return f'p["{layer.name}.weight"]{bias}'


def _how(layer: ConvPlan) -> str:
    before, after = layer.padding
    words = {
        "kernel": layer.kernel,
        "stride": layer.stride,
        "padding": min(before, after),
        "excess": abs(after - before),
        "dilation": layer.dilation,
        "groups": layer.groups,
        "factor": layer.input_factor,
    }
    plain = {"stride": 1, "padding": 0, "excess": 0, "dilation": 1, "groups": 1, "factor": 1.0}
    return ", ".join(f"{name}={value!r}" for name, value in words.items() if plain.get(name) != value)


def _finish(layer: DensePlan | ConvPlan, out: str) -> Iterator[str]:
    """The lines after the matrix product of a layer with weights."""
    if isinstance(layer.batch_norm, BatchNorm):
        norm = layer.batch_norm
        yield f'    {out} = batch_norm({out}, p, "{layer.name}", {norm.momentum!r}, {norm.eps!r}, step)'
    if layer.activation != "identity":
        yield f"    {out} = {_ACTIVATIONS[layer.activation].format(out)}"
    if layer.dropout:
        yield f'    {out} = DROPOUTS["{layer.name}"]({out}, step)'


def _embeddings(layer: EmbeddingsPlan, x: str, out: str) -> Iterator[str]:
    parts = [f"{x}[:, {list(layer.kept)}]"]
    if layer.numbers:
        parts.append(f"periodic({x}[:, {list(layer.numbers)}], p)")
    for i, block in enumerate(layer.categories):
        own = f"{x}[:, {block.start}:{block.start + block.width}].contiguous()"
        parts.append(f'dense({own}, p["embeddings.category_{i}"])')
    yield f"    {out} = torch.cat("
    yield "        ("
    yield from (f"            {part}," for part in parts)
    yield "        ),"
    yield "        dim=1,"
    yield "    )"
