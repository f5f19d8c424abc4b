"""Statistics of an experiment's layers."""

from collections.abc import Sequence

from api.services.lookup import EXPERIMENTS
from gradus.errors import Conflict, NotFound
from gradus.spec.network import NetworkPlan
from gradus.spec.statistics import StatisticsLevel
from gradus.wire.layer_report import HistogramHistory, LayerReports
from hub.experiments import layer_reports
from hub.experiments.mapping import resolved_of
from hub.hub import Hub


def of_experiment(
    hub: Hub, workspace_id: str, experiment_id: str, after: int, epoch: int | None, most: int
) -> LayerReports:
    """The reports of the epochs after `after`, or of one epoch; if there are more than `most`, evenly spaced ones.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        known = layer_reports.epochs(session, experiment_id, min(after, row.epoch))
        data = layer_reports.read(session, experiment_id, _chosen(known, epoch, most))
        return LayerReports(data=data, last_epoch=row.epoch, last_event=row.events)


def histograms(
    hub: Hub, workspace_id: str, experiment_id: str, layer: str, epoch: int | None, most: int
) -> HistogramHistory:
    """The histograms of a layer in all epochs, or in one; if there are more than `most`, in evenly spaced ones.

    Raises:
        NotFound: the workspace has no experiment with this id, or the network has no such layer.
        Conflict: the experiment records no histograms.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        known = layer_reports.epochs(session, experiment_id, with_histograms=True)
        data = layer_reports.read_histograms(session, experiment_id, layer, _chosen(known, epoch, most))
        if not data:
            resolved = resolved_of(row)
            _check_name(layer, resolved.network)
            if not known:
                _check_level(resolved.spec.statistics)
        return HistogramHistory(data=data, last_event=row.events)


def _check_name(layer: str, network: NetworkPlan) -> None:
    names = [one.name for one in network.layers if one.tensors or one.activation != "identity"]
    if layer not in names:
        raise NotFound(f"no layer {layer[:100]} with statistics; the layers: {', '.join(names)}")


def _check_level(level: StatisticsLevel) -> None:
    if level != "full":
        raise Conflict(
            f'no histograms are recorded with {{"statistics": "{level}"}}: fork the experiment from the start with '
            '{"statistics": "full"}, which changes no result',
            code="no_histograms",
        )


def _chosen(known: Sequence[int], epoch: int | None, most: int) -> Sequence[int]:
    """The epochs to read, the first and the last among them."""
    if epoch is not None:
        return [epoch] if epoch in known else []
    if len(known) <= most:
        return known
    return sorted({known[i * (len(known) - 1) // (most - 1)] for i in range(most)})
