"""Predictions of whole data sets, which workers write to files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.ids import is_predictions_id
from api.services import dataset_rows, questions
from api.services.calibration import calibration, check_task, half_widths_of, needs_calibration
from api.services.dataset_creation import check_parse
from api.services.lookup import EXPERIMENTS, UPLOADS
from api.services.uploads import check_complete
from api.services.weights import Chosen, choose, parse_of
from gradus.errors import Conflict, InvalidSpec, NotFound, Unavailable
from gradus.wire.predicted_file import FileFormat, PredictedFile, PredictionsRequest
from gradus.wire.problem import Mistake
from hub.artifacts.manifest import Damaged
from hub.datasets import stored_tables, uploads
from hub.datasets.table_ref import TableRef
from hub.hub import Hub
from hub.questions import questions as asked
from hub.questions.networks import trained
from hub.questions.predicted import PredictedRows, file_name
from hub.questions.question import PredictionsQuestion, UploadedFile
from hub.questions.questions import Outcome

_PIECE = 256 << 10
"""Size in bytes of the chunks in which a file is sent."""


@dataclass(frozen=True)
class Download:
    """A file with predictions."""

    name: str
    format: FileFormat
    size: int
    pieces: Iterator[bytes]


def ask(hub: Hub, workspace_id: str, experiment_id: str, request: PredictionsRequest) -> str:
    """Ask for the predictions of a data set; returns the question's id.

    Raises:
        NotFound: the workspace has no such experiment, data set or upload, or no checkpoint has the weights of this
            epoch.
        Conflict: the data set has not been read, or parts of the upload are missing.
        InvalidSpec: the options do not fit the network's task.
        Unanswered: the network's calibration is not known yet.
        TooManyRequests: the workspace has too many open questions.
    """
    if (request.dataset is None) == (request.upload is None):
        message = "name either a `dataset` or an `upload`"
        raise InvalidSpec(message, errors=[Mistake(path="dataset", message=message)])
    chosen = choose(hub, workspace_id, experiment_id, request.epoch)
    parse = None if request.upload is None else _parse(hub, workspace_id, chosen, request.upload, request.parse)
    with hub.read() as session:
        _source(session, workspace_id, request, parse)  # a mistake is told before the calibration is waited for
    calibrating = _calibrating(hub, workspace_id, chosen, request)
    with hub.write() as session:
        network = trained(session, EXPERIMENTS.found(session, workspace_id, experiment_id), request.epoch)
        if calibrating and network.epoch != chosen.weights.epoch:
            raise Conflict("the network's best or last epoch has just changed: ask again", code="epoch_changed")
        question = PredictionsQuestion(
            network=network,
            format=request.format,
            probabilities=request.probabilities,
            top=request.top,
            absent=request.absent,
            **_source(session, workspace_id, request, parse),
            **calibrating,
        )
        return asked.ask(session, workspace_id, question, hub.settings.quotas)


def _source(
    session: Session, workspace_id: str, request: PredictionsRequest, parse: dict[str, Any] | None
) -> dict[str, Any]:
    """The fields of the question that say whose rows are predicted."""
    if request.upload is None:
        dataset, version = dataset_rows.ready(session, workspace_id, request.dataset or "", request.version)
        stored = stored_tables.of_version(version)
        return {"dataset": dataset.name, "table": TableRef(key=stored.key, digest=stored.digest)}
    upload = UPLOADS.found(session, workspace_id, request.upload)
    parts = tuple(TableRef(key=one.key, digest=one.digest) for one in uploads.content(session, upload.id))
    return {"dataset": upload.id, "table": None, "upload": UploadedFile(parts=parts, parse=parse or {})}


def _parse(hub: Hub, workspace_id: str, chosen: Chosen, upload_id: str, given: dict[str, Any] | None) -> dict[str, Any]:
    """How an upload is read."""
    check_complete(hub, workspace_id, upload_id)
    own = parse_of(hub, chosen)
    parse = (dict(own) if own.get("kind") == "csv" else {}) if given is None else given
    check_parse(parse)
    if not isinstance(parse.get("columns") or {}, dict):
        message = "must be an object with the types of columns by their names"
        raise InvalidSpec(f"`parse/columns` {message}", errors=[Mistake(path="parse/columns", message=message)])
    return parse


def _calibrating(hub: Hub, workspace_id: str, chosen: Chosen, request: PredictionsRequest) -> dict[str, Any]:
    """The fields of the question that say how answers are calibrated."""
    if not needs_calibration(request):
        return {}
    check_task(chosen.resolved.data.task, request)
    known = calibration(hub, workspace_id, chosen.experiment_id, request.epoch)
    if known.epoch != chosen.weights.epoch:
        raise Conflict("the network's best or last epoch has just changed: ask again", code="epoch_changed")
    if request.interval is not None:
        return {"half_widths": half_widths_of(known, request.interval)}
    return {"temperature": 1.0 if known.temperature is None else known.temperature}


def check(hub: Hub, workspace_id: str, experiment_id: str, predictions_id: str) -> str:
    """Check that the experiment has these predictions, and return their id.

    Raises:
        NotFound: the workspace has no such predictions of the experiment.
    """
    _question(hub, workspace_id, experiment_id, predictions_id)
    return predictions_id


def record(hub: Hub, workspace_id: str, experiment_id: str, outcome: Outcome) -> PredictedFile:
    """The record of a file with predictions."""
    question = _question(hub, workspace_id, experiment_id, outcome.id)
    assert outcome.answer is not None
    rows = PredictedRows.model_validate_json(outcome.answer)
    return PredictedFile(
        id=outcome.id,
        experiment=experiment_id,
        epoch=question.network.epoch,
        format=question.format,
        rows=rows.rows,
        bytes=rows.bytes,
        columns=rows.columns,
        file=f"{path_of(experiment_id, outcome.id)}/file",
    )


def download(hub: Hub, workspace_id: str, experiment_id: str, predictions_id: str) -> Download:
    """A file with predictions.

    Raises:
        NotFound: there are no such predictions, or their file is not written yet.
        GradusError: the predictions have failed.
    """
    question = _question(hub, workspace_id, experiment_id, predictions_id)
    outcome = questions.outcome(hub, workspace_id, predictions_id)
    if outcome.answer is None or outcome.artifact is None:
        raise NotFound("a worker still writes the file: wait for the predictions", code="not_ready")
    size = PredictedRows.model_validate_json(outcome.answer).bytes
    name = f"{question.dataset}-{file_name(question.format)}"
    return Download(name, question.format, size, _pieces(hub, outcome.artifact, file_name(question.format)))


def path_of(experiment_id: str, predictions_id: str) -> str:
    """The path of predictions."""
    return f"/v1/experiments/{experiment_id}/predictions/{predictions_id}"


def _question(hub: Hub, workspace_id: str, experiment_id: str, predictions_id: str) -> PredictionsQuestion:
    with hub.read() as session:
        found = asked.request_of(session, workspace_id, predictions_id) if is_predictions_id(predictions_id) else None
    if not isinstance(found, PredictionsQuestion) or found.network.experiment_id != experiment_id:
        raise NotFound(f"no predictions {predictions_id[:100]} of this experiment")
    return found


def _pieces(hub: Hub, artifact: tuple[str, str], name: str) -> Iterator[bytes]:
    try:
        with hub.artifacts.open(*artifact) as folder, (folder / name).open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except (Damaged, FileNotFoundError) as error:
        raise Unavailable(f"the file cannot be read: {error}") from error
