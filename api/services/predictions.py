"""Predictions of trained networks, by the ONNX models that users download."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from api.prediction.models import ModelCache
from api.services import prediction_bodies
from api.services.calibration import calibration, check_task, half_widths_of, needs_calibration
from api.services.loaded_models import calibrated, loaded, loaded_at_once, loaded_before
from api.services.prediction_bodies import Read
from api.services.weights import Chosen
from gradus.wire.calibration import CalibrationRecord
from gradus.wire.prediction import PredictedRow, Prediction, PredictRequest
from hub.hub import Hub

if TYPE_CHECKING:
    from api.prediction.answers import Shown
    from api.prediction.model import Model
    from preprocessing.column import Column

SHORT_VALUES, SHORT_MULTIPLY_ADDS = 128, 2_000_000
"""Limits on a request that the event loop answers: work up to each limit takes about 1 ms."""


def predict(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: PredictRequest, read: Read
) -> Prediction:
    """The answers for the rows that `read` reads from the body. `request` has the options.

    Raises:
        NotFound: there is no such experiment, or no such epoch.
        InvalidSpec: the rows do not fit the model, or the options do not fit its task.
        BadRequest: the body cannot be read.
        UnsupportedMedia: the network does not take such a body.
        Unanswered: the network's calibration is not known yet.
    """
    model = _asked(hub, models, workspace_id, experiment_id, request)
    return _answered(model, *read(model), shown(model, request))


def predict_csv(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: PredictRequest, read: Read
) -> Iterator[bytes]:
    """Like `predict`, as CSV in pieces."""
    model = _asked(hub, models, workspace_id, experiment_id, request)
    from api.prediction.csv_answers import csv_answers  # noqa: PLC0415 (imports numpy)

    columns, rows = read(model)
    return csv_answers(model, columns, rows, shown(model, request))


def predict_at_once(
    models: ModelCache, version: int, workspace_id: str, experiment_id: str, request: PredictRequest
) -> bytes | None:
    """The answer of `predict` as JSON, for the event loop: computed without waiting, within one or two milliseconds.
    `version` must be the current version of the database. None if that is impossible: the model was not requested since
    the last commit or is large, or there are many values.

    Raises:
        InvalidSpec: the rows do not fit the model, or the options do not fit its task.
    """
    if needs_calibration(request):
        return None
    return _short(loaded_at_once(models, version, workspace_id, experiment_id, request.epoch), request)


def predict_loaded(
    hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: PredictRequest
) -> bytes | None:
    """Like `predict_at_once`, but reads the database. None if the model is not loaded or is large, or there are many
    values.

    Raises:
        NotFound: there is no such experiment, or no such epoch.
        InvalidSpec: the rows do not fit the model, or the options do not fit its task.
    """
    if needs_calibration(request):
        return None
    return _short(loaded_before(hub, models, workspace_id, experiment_id, request.epoch), request)


def _short(model: "Model | None", request: PredictRequest) -> bytes | None:
    """The JSON of the answers of a small network to few rows; None if the network is large, the rows are many, or
    columns are absent or unknown: suggesting names for them takes too long."""
    rows = len(request.rows or request.data or ())
    if model is None or not _is_short(model, rows):
        return None
    plain = _of_plain_rows(model, request, rows)
    if plain is not None:
        return plain
    if not model.plain_rows.has_its_columns(request):
        return None
    answered = _answered(model, *prediction_bodies.rows(request)(model), shown(model, request))
    return answered.model_dump_json().encode()


def has_few_values(request: PredictRequest) -> bool:
    """Whether the rows have few enough values to be answered without the route."""
    return sum(map(len, request.rows or request.data or ())) <= SHORT_VALUES


def _is_short(model: "Model", rows: int) -> bool:
    """Whether the event loop may answer: no pictures or arrays, few values, and a small network."""
    values, multiply_adds = rows * len(model.signature.inputs), rows * model.multiply_adds
    return model.is_table and values <= SHORT_VALUES and multiply_adds <= SHORT_MULTIPLY_ADDS


def _of_plain_rows(model: "Model", request: PredictRequest, rows: int) -> bytes | None:
    """The JSON of the answers to few rows without notes; None if the rows are not plain."""
    began = time.perf_counter()
    tensors = model.plain_rows.feeds(request)
    if tensors is None:
        return None
    from api.prediction.answers import fields_of, plain_answers  # noqa: PLC0415 (imports numpy)
    from api.prediction.budget import check_answer  # noqa: PLC0415

    wish = shown(model, request)
    check_answer(model, rows, wish)
    found = list(fields_of(model, plain_answers(model, tensors, rows), wish))
    return to_json(_fields(model, found, began), inf_nan_mode="strings")  # of dictionaries: making models takes longer


def shown(model: "Model", request: PredictRequest) -> "Shown":
    """Which parts of a model's answers the response shows.

    Raises:
        Conflict: the validation split is too small for such an interval.
    """
    from api.prediction.answers import Shown  # noqa: PLC0415 (imports numpy)

    half_widths = None
    if request.interval is not None:
        assert model.calibration is not None
        half_widths = half_widths_of(model.calibration, request.interval)
    return Shown(request.top, request.probabilities, half_widths)


def _asked(hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: PredictRequest) -> "Model":
    if not needs_calibration(request):
        return loaded(hub, models, workspace_id, experiment_id, request.epoch)

    def known(chosen: Chosen) -> CalibrationRecord:
        check_task(chosen.resolved.data.task, request)
        return calibration(hub, workspace_id, experiment_id, request.epoch)

    model = calibrated(hub, models, workspace_id, experiment_id, request.epoch, known)
    check_task(model.data.task, request)
    return model


def _answered(model: "Model", columns: "dict[str, Column]", rows: int, wish: "Shown") -> Prediction:
    from api.prediction.answers import answers, rows_of  # noqa: PLC0415 (imports numpy)
    from api.prediction.budget import check_answer  # noqa: PLC0415

    check_answer(model, rows, wish)
    began = time.perf_counter()
    found: list[PredictedRow] = []
    for part in answers(model, columns, rows):
        found += rows_of(model, part, wish)
    return Prediction.model_construct(**_fields(model, tuple(found), began))  # known to be valid


def _fields(model: "Model", data: Sequence[Any], began: float) -> dict[str, Any]:
    """The fields of a `Prediction`."""
    origin = model.origin
    return {
        "experiment": origin.experiment_id,
        "epoch": origin.epoch,
        "checkpoint": origin.checkpoint,
        "seconds": round(time.perf_counter() - began, 6),
        "data": data,
    }
