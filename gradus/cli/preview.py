"""What a dry run found: the layers, the sizes, and what it will take."""

from collections.abc import Sequence

from rich.table import Table

from gradus.cli import details, output, words
from gradus.wire.experiment import DryRun, LayerSummary


def show(found: Sequence[DryRun], *, as_json: bool) -> None:
    """Print what each spec comes to."""
    if as_json:
        output.print_all(found)
        return
    for one in found:
        output.show(layers(one.layers))
        output.show("")
        output.show(details.table(_facts(one)))


def layers(found: Sequence[LayerSummary]) -> Table:
    """Each layer with its shapes and its learned numbers, and their sum."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("layer", "kind", "activation", "in", "out", "parameters"):
        right = heading in {"in", "out", "parameters"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for layer in found:
        shapes = (_shape(layer.input_shape), _shape(layer.output_shape))
        table.add_row(layer.name, layer.kind, layer.activation, *shapes, f"{layer.parameters:,}")
    if len(found) > 1:
        table.add_row("all", "", "", "", "", f"{sum(layer.parameters for layer in found):,}", style="bold")
    return table


def _facts(found: DryRun) -> dict[str, str]:
    return {
        "name": found.spec.name,
        "data": f"{found.spec.dataset.name}: {found.train_examples} examples to train, "
        f"{found.validation_examples} to validate, {found.test_examples} to test",
        "optimizer": words.kind(found.spec.optimizer),
        "an epoch": f"{found.steps_per_epoch} steps of {found.spec.batch_size}",
        "epochs": str(found.spec.epochs),
        "memory": f"about {words.size(found.memory_bytes)}",
    }


def _shape(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
