"""How a network's answers to rows changed over the epochs whose checkpoints are kept."""

from pathlib import Path
from typing import TYPE_CHECKING

from api.prediction.models import ModelCache
from api.services.loaded_models import PARAMETER_BYTES, loaded
from api.services.lookup import EXPERIMENTS
from api.services.weights import Chosen, choose, trained, with_files
from gradus.errors import NotFound, TooLarge
from gradus.wire.layer_pictures import EpochAnswer, History, HistoryRequest
from gradus.wire.prediction import PredictRequest
from hub.hub import Hub
from hub.jobs.weights import epochs_of

if TYPE_CHECKING:
    from api.prediction.answers import Answers, Shown
    from api.prediction.model import Model
    from preprocessing.column import Column

MOST_EPOCHS = 20
"""Limit on the epochs in an answer."""
MOST_MULTIPLY_ADDS = 3_000_000_000
"""Limit on an answer, for all rows at all epochs together: plain numpy takes about ten seconds for it."""


def history(hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, request: HistoryRequest) -> History:
    """The network's answers at the end of each epoch whose checkpoint is kept; of evenly spaced ones if there are many.

    Raises:
        NotFound: there is no such experiment, or it has no checkpoint yet.
        InvalidSpec: the rows do not fit the model.
        TooLarge: the answers take too long.
    """
    model = loaded(hub, models, workspace_id, experiment_id, "last")
    from api.prediction.answers import Shown  # noqa: PLC0415 (imports numpy)
    from api.prediction.json_rows import columns_of  # noqa: PLC0415

    columns, _ = columns_of(model, PredictRequest(rows=request.rows, absent=request.absent))
    with hub.read() as session:
        kept = sorted(epochs_of(session, EXPERIMENTS.found(session, workspace_id, experiment_id)))
    plan = choose(hub, workspace_id, experiment_id, "last").resolved.network
    most = min(MOST_EPOCHS, PARAMETER_BYTES // (4 * max(1, plan.parameters)))
    epochs = _evenly(kept, max(1, most))
    check_work(plan.multiply_adds, len(request.rows), len(epochs))
    found: list[EpochAnswer] = []
    for epoch in epochs:
        try:
            found.append(_at(hub, workspace_id, model, columns, epoch, Shown(top=request.top)))
        except NotFound:  # the running experiment has just deleted the checkpoint
            continue
    return History(experiment=experiment_id, kept=len(kept), epochs=tuple(found))


def check_work(multiply_adds: int, rows: int, epochs: int) -> None:
    """Refuse histories that plain numpy would compute for too long.

    Raises:
        TooLarge: the history takes more than `MOST_MULTIPLY_ADDS`.
    """
    work = multiply_adds * rows * epochs
    if work > MOST_MULTIPLY_ADDS:
        most = MOST_MULTIPLY_ADDS // max(1, multiply_adds * epochs)
        hint = f"ask for {most} rows at a time" if most else "ask for the predictions of single epochs"
        raise TooLarge(
            f"{rows} rows at {epochs} epochs take {work:,} multiplications, but the limit for a history is "
            f"{MOST_MULTIPLY_ADDS:,}: {hint}",
            code="network_too_large",
        )


def _evenly(epochs: list[int], most: int) -> list[int]:
    """At most `most` evenly spaced epochs, including the last and, if `most` is more than 1, the first."""
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
    """The answers, computed by the numpy reference that ONNX models are checked against. Building an ONNX model for
    each epoch would take longer."""
    import numpy as np  # noqa: PLC0415

    from api.prediction.answers import Answers  # noqa: PLC0415 (imports numpy)
    from export.batches import rows_at_once  # noqa: PLC0415
    from export.reference import answers  # noqa: PLC0415
    from preprocessing.encode import transform  # noqa: PLC0415

    network = trained(chosen, folder)
    rows = len(next(iter(columns.values())).values)
    at_once = rows_at_once(network)
    parts = []
    for first in range(0, rows, at_once):
        part = {name: column.at(slice(first, first + at_once)) for name, column in columns.items()}
        parts.append(answers(network, transform(network.fitted, part)))
    shares = [some for _, some in parts if some is not None]
    prediction = np.concatenate([one for one, _ in parts])
    return Answers(prediction, np.concatenate(shares) if shares else None, None, [()] * rows)
