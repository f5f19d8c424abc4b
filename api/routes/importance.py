"""`/v1/experiments/{id}/importance` and `/v1/sweeps/{id}/importance`: which columns trained networks use."""

from functools import partial
from typing import Annotated

from fastapi import Query as InQuery
from fastapi import Request, Response
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.parameters import ExperimentId, Query, SweepId, Text
from api.openapi.responses import problems
from api.routes.answering import UNANSWERED, PreferHeader, answer_to
from api.services import importance
from api.services.importance import Shuffling
from api.state import StateDep
from gradus.facts import Part
from gradus.wire.importance import ImportanceReport
from gradus.wire.prediction import Epoch

router = keyed_router("metrics and events")


class ImportanceQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/importance`."""

    split: Part = "test"
    """The examples among which values are shuffled."""
    epoch: Epoch = "best"
    """The weights: `best`, `last`, or the number of an epoch whose checkpoint was kept."""
    repeats: Annotated[int, Field(ge=2, le=100)] = 5
    """Number of other examples from which each example gets a column's values. More make the intervals a little
    narrower."""
    columns: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()
    """The columns that are shuffled; all if none is named. Fewer take less time, and their intervals are narrower."""
    together: Annotated[tuple[Text, ...], Field(max_length=1000)] = ()
    """Columns that are also shuffled together, two or more: each of several columns that say the same thing may look
    useless, because the network still has the others."""

    @property
    def wanted(self) -> Shuffling:
        """What is shuffled."""
        return Shuffling(self.split, self.epoch, self.repeats, self.columns, self.together)


class SweepImportanceQuery(ImportanceQuery):
    """Query parameters of `GET /v1/sweeps/{id}/importance`."""

    label: Annotated[str, Field(max_length=1000)] | None = None
    """The change whose networks are asked; by default the best change."""


@router.get(
    "/v1/experiments/{experiment_id}/importance",
    response_model=ImportanceReport,
    responses={**UNANSWERED, **problems(404, 409, 413)},
)
async def get_importance(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    query: Annotated[ImportanceQuery, InQuery()],
    prefer: PreferHeader = None,
) -> Response:
    """Which input columns a trained network uses, by permutation: how much worse it predicts when it gets the values of
    a column from other examples, with a 95 % interval. Nothing is trained. A large split answers with as many random
    examples, `n` of `of`, as seconds allow.

    The network is the same throughout, so this tells what it uses, not what it would need: the variants `"columns"` of
    a sweep train it without each column.
    """
    arguments = (state.hub, caller.workspace_id, experiment_id, query.wanted)
    return await answer_to(request, state, caller, partial(importance.ask, *arguments), prefer)


@router.get(
    "/v1/sweeps/{sweep_id}/importance",
    response_model=ImportanceReport,
    responses={**UNANSWERED, **problems(404, 409, 413)},
)
async def get_sweep_importance(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    sweep_id: SweepId,
    query: Annotated[SweepImportanceQuery, InQuery()],
    prefer: PreferHeader = None,
) -> Response:
    """Which input columns the networks of a change use, one for each seed that has succeeded, up to 20: as for an
    experiment, the mean over the seeds. All networks get the same examples with the same values, and the intervals also
    cover other seeds."""
    arguments = (state.hub, caller.workspace_id, sweep_id, query.label, query.wanted)
    return await answer_to(request, state, caller, partial(importance.ask_sweep, *arguments), prefer)
