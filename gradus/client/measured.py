"""Measurements of an experiment's layers."""

from gradus.client.handle import ExperimentHandle
from gradus.client.methods import T_co, method
from gradus.client.request import Request, path_of, reads
from gradus.wire.layer_report import HistogramHistory, LayerHistograms, LayerReport, LayerReports


class MeasuredHandle(ExperimentHandle[T_co]):
    """An experiment with measurements of its layers at the end of epochs."""

    @method
    async def layers(self, *, after: int = 0) -> tuple[LayerReport, ...]:
        """The statistics of the layers at the end of each epoch after `after`: norms, signal share, flat and dead
        activations, and more. At most 1000 evenly spaced epochs; empty with `{"statistics": "off"}`."""
        path = path_of("experiments", self.id, "layers")
        page: LayerReports = await self._transport.send(
            Request("GET", path, reads(LayerReports), query={"after": str(after)})
        )
        return page.data

    @method
    async def histograms(self, layer: str) -> tuple[LayerHistograms, ...]:
        """Histograms of the layer's weights, activations and gradients, by epoch.

        Raises:
            NotFound: the network has no such layer.
            Conflict: the spec does not have `{"statistics": "full"}`.
        """
        path = path_of("experiments", self.id, f"layers/{layer}/histograms")
        page: HistogramHistory = await self._transport.send(Request("GET", path, reads(HistogramHistory)))
        return page.data
