"""`gradus layers`: what an epoch did to the layers of a network."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import typer
from rich.console import Group
from rich.table import Table

from gradus.cli import ids, output, tables
from gradus.cli.labels import bars, number
from gradus.cli.options import Id, Json, Url
from gradus.client import Client
from gradus.errors import NotFound
from gradus.wire.layer_report import LayerHistograms, LayerReport, LayerStatistics

COLUMNS: dict[str, str] = {
    "gradient_norm": "gradient",
    "weight_norm": "weights",
    "update_ratio": "update / weights",
    "share": "share",
    "flat": "flat",
    "dead": "dead",
    "mean": "mean",
    "deviation": "deviation",
    "largest": "largest",
    "delta_rms": "delta",
}
"""The statistics of a layer, and their headings."""
OF_NETWORK: dict[str, str] = {
    "rho": "rho",
    "decrease": "D, the predicted decrease of an epoch",
    "variance_ratio": "F",
    "validation_t": "paired t of the validation losses",
    "noise_scale": "noise scale",
    "evaluation_loss": "training loss in evaluation mode",
    "mode_ratio": "loss in training mode, relative to evaluation mode",
    "growth_gain": "gain from larger weights",
}
Measured = TypeVar("Measured", LayerReport, LayerHistograms)


def layers(
    given: Id,
    epoch: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Show this epoch instead of the newest.")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option("--histograms", metavar="LAYER", help="Show the histograms of a layer, such as layers/0."),
    ] = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show what an epoch did to the layers of a network: norms, signal share, flat and dead activations.

    gradus layers last --json  # every epoch
    """
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        if of is None:
            _show(experiment.layers(), epoch, _page, as_json=as_json)
        else:
            _show(experiment.histograms(of), epoch, _histograms, as_json=as_json)


def _show(found: Sequence[Measured], epoch: int | None, page: Callable[[Measured], Group], *, as_json: bool) -> None:
    if as_json:
        output.print_all([one for one in found if epoch in {None, one.epoch}])
    else:
        output.show(page(_chosen(found, epoch)))


def _chosen(found: Sequence[Measured], epoch: int | None) -> Measured:
    if not found:
        raise NotFound('nothing was measured yet, or the spec has {"statistics": "off"}')
    if epoch is None:
        return found[-1]
    for one in found:
        if one.epoch == epoch:
            return one
    raise NotFound(f"epoch {epoch} was not measured; the newest that was: {found[-1].epoch}")


def _page(report: LayerReport) -> Group:
    known = {label: getattr(report, key) for key, label in OF_NETWORK.items()}
    facts = {"epoch": str(report.epoch), "step": f"{report.step:,}"}
    facts |= {label: number(value) for label, value in known.items() if value is not None}
    return Group(tables.facts(facts), "", _table(report.layers))


def _histograms(found: LayerHistograms) -> Group:
    """A line for each histogram; the numbers are the edges of all bins together."""
    kinds = {"weights": found.weights, "activations": found.activations, "gradients": found.gradients}
    table = tables.borderless()
    for heading in ("histogram of", "least", "counts", "greatest"):
        table.add_column(heading, justify="right" if heading == "least" else "left", no_wrap=True)
    for kind, bins in {**kinds, "deltas": found.deltas}.items():
        if bins is not None:
            table.add_row(kind, number(bins.low), bars(bins.counts), number(bins.high))
    return Group(tables.facts({"layer": found.name, "epoch": str(found.epoch)}), "", table)


def _table(layers: tuple[LayerStatistics, ...]) -> Table:
    """A line for each layer; without statistics that no layer has."""
    shown = [key for key in COLUMNS if any(getattr(layer, key) is not None for layer in layers)]
    table = tables.borderless()
    table.add_column("layer", no_wrap=True)
    for key in shown:
        table.add_column(COLUMNS[key], justify="right")
    for layer in layers:
        table.add_row(layer.name, *(number(getattr(layer, key)) for key in shown))
    return table
