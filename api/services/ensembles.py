"""Ensemble predictions by the experiments of a sweep's change, which differ only by their seed."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.prediction.models import ModelCache
from api.services.loaded_models import ensemble
from api.services.lookup import SWEEPS
from api.services.prediction_bodies import Read
from api.services.predictions import shown
from api.services.weights import Chosen
from gradus.errors import Conflict, InvalidSpec, NotFound, TooLarge
from gradus.nearest import nearest
from gradus.status import Status
from gradus.wire.prediction import AbsentMember, EnsembleMember, EnsemblePrediction, EnsembleRow, PredictRequest
from gradus.wire.problem import Mistake
from hub.hub import Hub
from hub.jobs.weights import Epoch, weights_of
from hub.sweeps.results import record
from hub.tables import ExperimentRow, SweepRow

if TYPE_CHECKING:
    from api.prediction.model import Model
    from preprocessing.column import Column

MOST_MEMBERS = 100
"""Limit on the networks of an ensemble."""


@dataclass(frozen=True)
class Asked:
    """The networks that predict, and the experiments that cannot."""

    sweep_id: str
    label: str
    members: Sequence[Chosen]
    absent: tuple[AbsentMember, ...]

    def answer(self, seconds: float, rows: Sequence[EnsembleRow]) -> EnsemblePrediction:
        """The whole answer."""
        return EnsemblePrediction(
            sweep=self.sweep_id,
            label=self.label,
            members=tuple(
                EnsembleMember(
                    experiment=one.experiment_id,
                    seed=one.resolved.spec.seed,
                    epoch=one.weights.epoch,
                    checkpoint=one.checkpoint,
                )
                for one in self.members
            ),
            absent=self.absent,
            seconds=seconds,
            data=tuple(rows),
        )


def predict(
    hub: Hub,
    models: ModelCache,
    workspace_id: str,
    sweep_id: str,
    label: str | None,
    request: PredictRequest,
    read: Read,
) -> EnsemblePrediction:
    """The answers for the rows that `read` reads from the body. `request` has the options.

    Raises:
        NotFound: there is no such sweep or change.
        Conflict: no experiment of the change has such an epoch.
        InvalidSpec: the rows do not fit the model.
        BadRequest: the body cannot be read.
        UnsupportedMedia: the networks do not take such a body.
    """
    asked, model = _asked(hub, models, workspace_id, sweep_id, label, request)
    return _answered(asked, model, *read(model), request)


def predict_csv(
    hub: Hub,
    models: ModelCache,
    workspace_id: str,
    sweep_id: str,
    label: str | None,
    request: PredictRequest,
    read: Read,
) -> Iterator[bytes]:
    """Like `predict`, as CSV in pieces."""
    _, model = _asked(hub, models, workspace_id, sweep_id, label, request)
    from api.prediction.csv_answers import csv_answers  # noqa: PLC0415 (imports numpy)

    columns, rows = read(model)
    return csv_answers(model, columns, rows, shown(model, request))


def _asked(
    hub: Hub, models: ModelCache, workspace_id: str, sweep_id: str, label: str | None, request: PredictRequest
) -> "tuple[Asked, Model]":
    for name in ("calibrated", "interval"):
        if getattr(request, name):
            message = "is for one experiment: an ensemble answers with its spread"
            raise InvalidSpec(f"`{name}` {message}", errors=[Mistake(path=name, message=message)])
    with hub.read() as session:
        asked = members(session, SWEEPS.found(session, workspace_id, sweep_id), label, request.epoch)
    return asked, ensemble(hub, models, asked.members)


def members(session: Session, sweep: SweepRow, label: str | None, epoch: Epoch) -> Asked:
    """The experiments of a change that can predict, and those that cannot; by default of the best change.

    Raises:
        NotFound: the sweep has no such change.
        Conflict: no experiment can predict.
        TooLarge: too many experiments can predict.
    """
    label = _best(session, sweep) if label is None else label
    query = select(ExperimentRow).where(*_mine(sweep), ExperimentRow.sweep_label == label)
    rows = session.scalars(query.order_by(ExperimentRow.id)).all()
    if not rows:
        raise _no_change(session, sweep, label)
    trained = sum(Status(row.status) is Status.SUCCEEDED for row in rows)
    if trained > MOST_MEMBERS:
        raise TooLarge(
            f"'{label[:100]}' has {trained} trained networks, but an ensemble may have at most {MOST_MEMBERS}: "
            "ask the experiments one by one",
            code="too_many_members",
        )
    members: list[Chosen] = []
    absent: list[AbsentMember] = []
    for row in sorted(rows, key=_seed):
        status, reason = Status(row.status), ""
        if status is Status.SUCCEEDED:
            try:
                members.append(Chosen(row, weights_of(session, row, epoch)))
                continue
            except NotFound as error:
                reason = error.detail
        reason = reason or _reason(row, status)
        absent.append(AbsentMember(experiment=row.id, seed=_seed(row), status=status, reason=reason))
    if not members:
        raise Conflict(
            f"none of the {len(rows)} experiments of '{label[:100]}' can predict, for example {absent[0].experiment}: "
            f"{absent[0].reason}",
            code="no_members",
        )
    return Asked(sweep.id, label, members, tuple(absent))


def _reason(row: ExperimentRow, status: Status) -> str:
    if status is not Status.FAILED or row.error is None:
        return f"it is {status}: an ensemble has only experiments that have succeeded"
    return f"it failed: {json.loads(row.error)['message']}"


def _best(session: Session, sweep: SweepRow) -> str:
    """The label of the best change, as its experiments have it.

    Raises:
        Conflict: the sweep has no experiments.
    """
    found = next((result for result in record(session, sweep).results if result.experiments), None)
    if found is None:
        raise Conflict(
            f"sweep {sweep.id} has no experiment that can predict: none was created, or all were deleted",
            code="no_members",
        )
    label = session.scalar(select(ExperimentRow.sweep_label).where(ExperimentRow.id == found.experiments[0]))
    return label or ""


def _no_change(session: Session, sweep: SweepRow, label: str) -> NotFound:
    labels = session.scalars(select(ExperimentRow.sweep_label).distinct().where(*_mine(sweep)))
    known = [one or "" for one in labels]
    near = nearest(label, known)
    listed = ", ".join(f"'{one}'" for one in sorted(known)[:20])
    hint = f": did you mean '{near}'?" if near else f": there are {listed}"
    return NotFound(f"sweep {sweep.id} has no change '{label[:200]}'{hint}", code="no_change")


def _mine(sweep: SweepRow) -> tuple[ColumnElement[bool], ...]:
    return ExperimentRow.workspace_id == sweep.workspace_id, ExperimentRow.sweep_id == sweep.id


def _seed(row: ExperimentRow) -> int:
    seed: int = json.loads(row.spec)["seed"]
    return seed


def _answered(
    asked: Asked, model: "Model", columns: "dict[str, Column]", rows: int, request: PredictRequest
) -> EnsemblePrediction:
    from api.prediction.answers import answers, ensemble_rows_of  # noqa: PLC0415 (imports numpy)
    from api.prediction.budget import check_answer  # noqa: PLC0415

    wish = shown(model, request)
    check_answer(model, rows, wish)
    began = time.perf_counter()
    found: list[EnsembleRow] = []
    for part in answers(model, columns, rows):
        found += ensemble_rows_of(model, part, wish)
    return asked.answer(round(time.perf_counter() - began, 6), found)
