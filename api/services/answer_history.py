"""How a network's answers to rows changed over the epochs that are kept."""

from pathlib import Path
from typing import TYPE_CHECKING

from api.prediction.models import ModelCache
from api.services.loaded_models import PARAMETER_BYTES, loaded
from api.services.lookup import EXPERIMENTS
from api.services.weights import Chosen, choose, trained, with_files
from gradus.errors import NotFound
from gradus.wire.layer_pictures import EpochAnswer, History, HistoryRequest
from gradus.wire.prediction import PredictRequest
from hub.hub import Hub
from hub.jobs.weights import epochs_of

if TYPE_CHECKING:
    from api.prediction.answers import Answers, Shown
    from api.prediction.model import Model
    from preprocessing.column import Column

MOST_EPOCHS = 20
"""Epochs in an answer."""


def history(hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: HistoryRequest) -> History:
    """The answers of the network at the end of each epoch that is kept, evenly chosen if there are many.

    Raises:
        NotFound: there is no such experiment, or it has no checkpoint yet.
        InvalidSpec: the rows do not fit the model.
    """
    model = loaded(hub, models, workspace_id, experiment_id, "last")
    from api.prediction.answers import Shown  # noqa: PLC0415 (imports numpy)
    from api.prediction.json_rows import columns_of  # noqa: PLC0415

    columns, _ = columns_of(model, PredictRequest(rows=request.rows, absent=request.absent))
    with hub.read() as session:
        kept = sorted(epochs_of(session, EXPERIMENTS.found(session, workspace_id, experiment_id)))
    parameters = choose(hub, workspace_id, experiment_id, "last").resolved.network.parameters
    most = min(MOST_EPOCHS, PARAMETER_BYTES // (4 * max(1, parameters)))
    found: list[EpochAnswer] = []
    for epoch in _evenly(kept, max(1, most)):
        try:
            found.append(_at(hub, workspace_id, model, columns, epoch, Shown(top=request.top)))
        except NotFound:  # a run that goes on has just deleted it
            continue
    return History(experiment=experiment_id, kept=len(kept), epochs=tuple(found))


def _evenly(epochs: list[int], most: int) -> list[int]:
    """At most so many of these, the last among them and, of several, the first."""
    if len(epochs) <= most:
        return epochs
    if most == 1:
        return epochs[-1:]
    return [epochs[round(i * (len(epochs) - 1) / (most - 1))] for i in range(most)]


def _at(
    hub: Hub, workspace_id: str, model: "Model", columns: "dict[str, Column]", epoch: int, wish: "Shown"
) -> EpochAnswer:
    from api.prediction.answers import rows_of  # noqa: PLC0415 (imports numpy)

    def use(chosen: Chosen, folder: Path) -> EpochAnswer:
        rows = rows_of(model, _answers(chosen, folder, columns), wish)
        return EpochAnswer(epoch=epoch, checkpoint=chosen.checkpoint, data=tuple(rows))

    experiment_id = model.origin.experiment_id
    return with_files(hub, lambda: choose(hub, workspace_id, experiment_id, epoch), use)


def _answers(chosen: Chosen, folder: Path, columns: "dict[str, Column]") -> "Answers":
    """Those of the reference, which the ONNX model is held against: it need not be built for each epoch."""
    from api.prediction.answers import Answers  # noqa: PLC0415 (imports numpy)
    from export.reference import answers  # noqa: PLC0415
    from preprocessing.encode import transform  # noqa: PLC0415

    network = trained(chosen, folder)
    prediction, shares = answers(network, transform(network.fitted, columns))
    return Answers(prediction, shares, None, [()] * len(prediction))
