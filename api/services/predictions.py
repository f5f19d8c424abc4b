"""Predictions of trained networks, by the ONNX models that users download."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from api.prediction.models import ModelCache
from api.services.weights import Chosen, built, choose, parse_of, trained, with_files
from gradus.errors import TooLarge, UnsupportedMedia
from gradus.roles import target_columns
from gradus.wire.prediction import PredictedRow, Prediction, PredictRequest
from hub.hub import Hub
from hub.jobs.weights import Epoch

if TYPE_CHECKING:
    from api.prediction.model import Model
    from preprocessing.column import Column

SESSION_BYTES = 1 << 20
"""Estimate of a loaded model's memory besides its weights, which it has twice: as made, and arranged for products."""
PARAMETER_BYTES = 250_000_000
"""Parameters of the largest network that the API asks itself: twice as much fits into the cache of models."""
BUILT_IN_TARGET = "target"
"""The target's name in scikit-learn's tables, which may stand in a request."""


def predict(hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: PredictRequest) -> Prediction:
    """The answers to rows in JSON.

    Raises:
        NotFound: there is no such experiment, or no such epoch.
        InvalidSpec: the rows do not fit the model.
    """
    model = loaded(hub, models, workspace_id, experiment_id, request.epoch)
    from api.prediction.json_rows import columns_of  # noqa: PLC0415 (imports numpy)

    columns, rows = columns_of(model, request)
    return _answered(model, columns, rows, request.top, with_probabilities=request.probabilities)


def predict_csv(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, content: bytes, request: PredictRequest
) -> Iterator[bytes]:
    """The answers to the rows of a CSV text, as CSV in pieces. `request` has the options.

    Raises:
        NotFound: there is no such experiment, or no such epoch.
        InvalidSpec: the rows do not fit the model.
        BadRequest: the text breaks the rules of CSV.
    """
    model = loaded(hub, models, workspace_id, experiment_id, request.epoch)
    from api.prediction.csv_answers import csv_answers  # noqa: PLC0415 (imports numpy)
    from api.prediction.csv_rows import columns_of  # noqa: PLC0415

    columns, rows = columns_of(model, content, request.absent)
    return csv_answers(model, columns, rows, with_probabilities=request.probabilities)


def predict_picture(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, content: bytes, request: PredictRequest
) -> Prediction:
    """The answer to one picture. `request` has the options.

    Raises:
        NotFound: there is no such experiment, or no such epoch.
        UnsupportedMedia: the network does not take a picture alone.
        InvalidSpec: the picture is broken.
    """
    model = loaded(hub, models, workspace_id, experiment_id, request.epoch)
    from api.prediction.one_picture import columns_of  # noqa: PLC0415 (imports numpy)

    columns = columns_of(model, content)
    if columns is None:
        names = ", ".join(model.fitted.names[:10])
        raise UnsupportedMedia(f"this network does not take a picture alone: send rows with the columns {names}")
    return _answered(model, columns, 1, request.top, with_probabilities=request.probabilities)


def loaded(hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, epoch: Epoch) -> "Model":
    """The model of an experiment's epoch.

    Raises:
        NotFound: the workspace has no such experiment, or no checkpoint has the weights.
        TooLarge: the network is larger than the API can hold.
    """
    chosen = choose(hub, workspace_id, experiment_id, epoch)
    key = f"{chosen.experiment_id}/{chosen.weights.tag}"

    def find() -> Chosen:
        return choose(hub, workspace_id, experiment_id, epoch)

    def load() -> "Model":
        check_size(chosen.experiment_id, chosen.resolved.network.parameters)
        return with_files(hub, find, lambda found, folder: _model(hub, found, folder))

    return models.get(key, load)


def check_size(experiment_id: str, parameters: int) -> None:
    """Refuse networks that would fill the memory of the API.

    Raises:
        TooLarge: the network is one.
    """
    size = 4 * parameters
    if size > PARAMETER_BYTES:
        raise TooLarge(
            f"the parameters of this network take {size / 1e6:,.0f} MB, and the API answers for those of up to "
            f"{PARAMETER_BYTES / 1e6:,.0f} MB: use POST /v1/experiments/{experiment_id}/predictions, "
            "where a worker answers for a data set",
            code="network_too_large",
        )


def _model(hub: Hub, chosen: Chosen, folder: Path) -> "Model":
    from api.prediction.model import Model  # noqa: PLC0415 (imports numpy)
    from export.batches import rows_at_once  # noqa: PLC0415
    from export.signature import signature  # noqa: PLC0415

    network = trained(chosen, folder)
    made = built(chosen, network)
    dataset, data = chosen.resolved.spec.dataset, chosen.resolved.data
    others = {*(dataset.columns or {}), *target_columns(dataset.target), *data.targets}
    if dataset.digest is None:
        others.add(BUILT_IN_TARGET)
    return Model(
        experiment_id=chosen.experiment_id,
        epoch=chosen.weights.epoch,
        checkpoint=chosen.checkpoint,
        fitted=network.fitted,
        data=data,
        signature=signature(network.fitted, data),
        session=made.session,
        other_columns=frozenset(others - set(network.fitted.names)),
        parse=parse_of(hub, chosen),
        rows_at_once=rows_at_once(network),
        bytes=2 * len(made.content) + SESSION_BYTES,
    )


def _answered(
    model: "Model", columns: "dict[str, Column]", rows: int, top: int | None, *, with_probabilities: bool
) -> Prediction:
    from api.prediction.answers import answers, rows_of  # noqa: PLC0415 (imports numpy)
    from api.prediction.budget import check_answer  # noqa: PLC0415

    check_answer(model, rows, top, with_probabilities=with_probabilities)
    began = time.perf_counter()
    found: list[PredictedRow] = []
    for part in answers(model, columns, rows):
        found += rows_of(model, part, top, with_probabilities=with_probabilities)
    return Prediction(
        experiment=model.experiment_id,
        epoch=model.epoch,
        checkpoint=model.checkpoint,
        seconds=round(time.perf_counter() - began, 6),
        data=tuple(found),
    )
