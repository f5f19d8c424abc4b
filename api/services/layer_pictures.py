"""Filters and activations of an experiment's convolutions."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.prediction.models import ModelCache
from api.services.loaded_models import check_size, loaded
from api.services.weights import Chosen, choose, trained, with_files
from gradus.errors import Conflict, NotFound, TooLarge
from gradus.nearest import nearest
from gradus.wire.layer_pictures import Activations, ActivationsRequest, ConvLayer, Filters
from gradus.wire.prediction import PredictRequest
from hub.hub import Hub
from hub.jobs.weights import Epoch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from export.trained import Trained
    from gradus.spec.nodes.conv import ConvPlan

MOST_NUMBERS = 250_000
"""Limit on the numbers in one answer."""
MOST_PIXELS = 16_000_000
"""Limit on the pixels of one picture."""
MOST_MULTIPLY_ADDS = 300_000_000
"""Limit on a network whose activations are requested: plain numpy takes about a second for a row."""


@dataclass(frozen=True)
class Wanted:
    """The requested channels of a convolution."""

    layer: str | None
    epoch: Epoch
    offset: int
    limit: int

    @property
    def channels(self) -> slice:
        """The range of the channels."""
        return slice(self.offset, self.offset + self.limit)


@dataclass(frozen=True, eq=False)
class _Found:
    """The numbers of an answer, and its other fields."""

    numbers: "NDArray[np.float32]"
    about: Mapping[str, Any]


def filters(hub: Hub, workspace_id: str, experiment_id: str, wanted: Wanted) -> Filters:
    """The weights of a convolution's filters.

    Raises:
        NotFound: there is no such experiment, epoch or convolution.
        Conflict: the network has no convolutions.
        TooLarge: there are too many numbers.
    """
    found = _filters(hub, workspace_id, experiment_id, wanted)
    _check_count(found.numbers)
    return Filters(**found.about, filters=found.numbers.tolist())


def filters_png(hub: Hub, workspace_id: str, experiment_id: str, wanted: Wanted) -> bytes:
    """A picture of a convolution's filters. Raises as `filters` does."""
    from export.layer_pictures import filters_png as png  # noqa: PLC0415 (imports numpy)

    numbers = _filters(hub, workspace_id, experiment_id, wanted).numbers
    check_pixels(numbers)
    return png(numbers)


def activations(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: ActivationsRequest
) -> Activations:
    """The activations of a convolution for a row.

    Raises:
        NotFound: there is no such experiment, epoch or convolution.
        Conflict: the network has no convolutions.
        InvalidSpec: the row does not fit the model.
        TooLarge: there are too many numbers, or the network takes too long.
    """
    found = _activations(hub, models, workspace_id, experiment_id, request)
    _check_count(found.numbers)
    return Activations(**found.about, activations=found.numbers.tolist())


def activations_png(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: ActivationsRequest
) -> bytes:
    """A picture of the activations of a convolution for a row. Raises as `activations` does."""
    from export.layer_pictures import activations_png as png  # noqa: PLC0415 (imports numpy)

    numbers = _activations(hub, models, workspace_id, experiment_id, request).numbers
    check_pixels(numbers)
    return png(numbers)


def _filters(hub: Hub, workspace_id: str, experiment_id: str, wanted: Wanted) -> _Found:
    from export.layer_pictures import filters as of_layer  # noqa: PLC0415 (imports numpy)

    def use(chosen: Chosen, folder: Path) -> _Found:
        check_size(chosen.experiment_id, chosen.resolved.network.parameters)
        network = trained(chosen, folder)
        layer = _layer(network, wanted)
        return _Found(of_layer(network, layer, wanted.channels), _about(chosen, network, layer, wanted))

    return with_files(hub, lambda: choose(hub, workspace_id, experiment_id, wanted.epoch), use)


def _activations(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: ActivationsRequest
) -> _Found:
    wanted = Wanted(request.layer, request.epoch, request.offset, request.limit)
    model = loaded(hub, models, workspace_id, experiment_id, request.epoch)
    from api.prediction.json_rows import columns_of  # noqa: PLC0415 (imports numpy)
    from export.layer_pictures import activations as of_layer  # noqa: PLC0415
    from preprocessing.encode import transform  # noqa: PLC0415

    columns, _ = columns_of(model, PredictRequest(rows=[request.row]))

    def use(chosen: Chosen, folder: Path) -> _Found:
        network = trained(chosen, folder)
        layer = _layer(network, wanted)
        if network.plan.multiply_adds > MOST_MULTIPLY_ADDS:
            raise TooLarge(
                f"this network takes {network.plan.multiply_adds:,} multiplications for a row, but the limit for "
                f"pictures of activations is {MOST_MULTIPLY_ADDS:,}: export the model",
                code="network_too_large",
            )
        numbers = of_layer(network, layer, transform(network.fitted, columns), wanted.channels)
        return _Found(numbers, _about(chosen, network, layer, wanted))

    return with_files(hub, lambda: choose(hub, workspace_id, experiment_id, request.epoch), use)


def _layer(network: "Trained", wanted: Wanted) -> "ConvPlan":
    from export.layer_pictures import convolutions  # noqa: PLC0415 (imports numpy)

    known = convolutions(network)
    if not known:
        raise Conflict("this network has no convolutions: only convolutions have pictures", code="no_convolutions")
    name = next(iter(known)) if wanted.layer is None else wanted.layer
    if name not in known:
        near = nearest(name, known)
        hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known)}"
        raise NotFound(f"no convolution '{name}': {hint}", code="no_layer")
    if wanted.offset >= known[name].channels:
        raise NotFound(f"{name} has {known[name].channels} channels: take a smaller offset", code="no_channel")
    return known[name]


def _about(chosen: Chosen, network: "Trained", layer: "ConvPlan", wanted: Wanted) -> dict[str, Any]:
    from export.layer_pictures import convolutions  # noqa: PLC0415 (imports numpy)

    layers = tuple(
        ConvLayer(
            name=name,
            kernel=one.kernel,
            inputs=one.in_shape[2] // one.groups,
            channels=one.channels,
            height=one.shape[0],
            width=one.shape[1],
        )
        for name, one in convolutions(network).items()
    )
    return {
        "experiment": chosen.experiment_id,
        "epoch": chosen.weights.epoch,
        "checkpoint": chosen.checkpoint,
        "layers": layers,
        "layer": layer.name,
        "offset": wanted.offset,
    }


def check_pixels(numbers: "NDArray[np.float32]") -> None:
    """Refuse pictures that would take too much memory; each number is a pixel.

    Raises:
        TooLarge: the picture has more than `MOST_PIXELS`.
    """
    if numbers.size > MOST_PIXELS:
        most = max(1, MOST_PIXELS * len(numbers) // numbers.size)
        raise TooLarge(f"{numbers.size:,} pixels are too many for one picture: ask for {most} channels at a time")


def _check_count(numbers: "NDArray[np.float32]") -> None:
    if numbers.size > MOST_NUMBERS:
        most = max(1, MOST_NUMBERS * len(numbers) // numbers.size)
        raise TooLarge(f"{numbers.size:,} numbers are too many for one answer: ask for {most} channels at a time")
