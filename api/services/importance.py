"""Questions about which columns a trained network, or the networks of a sweep's change, use."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.services.ensembles import members
from api.services.lookup import EXPERIMENTS, SWEEPS
from gradus.errors import BadRequest
from gradus.facts import Part
from gradus.input_columns import inputs_of_columns
from gradus.nearest import nearest
from hub.hub import Hub
from hub.jobs.weights import Epoch
from hub.questions import questions
from hub.questions.networks import trained
from hub.questions.question import ImportanceQuestion, TrainedNetwork

MOST_NETWORKS = 20
"""Limit on the networks that are asked together: those of the lowest seeds."""


@dataclass(frozen=True)
class Shuffling:
    """What is shuffled, and how often."""

    split: Part
    epoch: Epoch
    repeats: int
    columns: Sequence[str]
    """The columns that are shuffled; empty for all."""
    together: Sequence[str]
    """Columns that are also shuffled together; empty for none."""


def ask(hub: Hub, workspace_id: str, experiment_id: str, wanted: Shuffling) -> str:
    """Ask for the importance of the columns of an experiment's network; returns the question's id.

    Raises:
        NotFound: the workspace has no experiment with this id, or no checkpoint has the weights of this epoch.
        BadRequest: `columns` or `together` names something else than an input column, or `together` only one.
        TooManyRequests: the workspace has too many open questions.
    """
    with hub.write() as session:
        network = trained(session, EXPERIMENTS.found(session, workspace_id, experiment_id), wanted.epoch)
        return _asked(hub, session, workspace_id, (network,), wanted)


def ask_sweep(hub: Hub, workspace_id: str, sweep_id: str, label: str | None, wanted: Shuffling) -> str:
    """Ask for the importance of the columns of a change's networks, by default the best change; returns the question's
    id.

    Raises:
        NotFound: the workspace has no such sweep, or the sweep has no such change.
        TooLarge: the change has too many networks to choose from.
        Conflict: no experiment of the change has succeeded.
        BadRequest, TooManyRequests: as `ask`.
    """
    with hub.write() as session:
        chosen = members(session, SWEEPS.found(session, workspace_id, sweep_id), label, wanted.epoch).members
        networks = tuple(trained(session, one.row, wanted.epoch) for one in chosen[:MOST_NETWORKS])
        return _asked(hub, session, workspace_id, networks, wanted)


def _asked(
    hub: Hub, session: Session, workspace_id: str, networks: tuple[TrainedNetwork, ...], wanted: Shuffling
) -> str:
    first, *others = networks
    known = list(inputs_of_columns(first.spec.dataset, first.data))
    question = ImportanceQuestion(
        network=first,
        others=tuple(others),
        split=wanted.split,
        repeats=wanted.repeats,
        columns=_checked("columns", wanted.columns, known),
        together=_checked("together", wanted.together, known),
    )
    if len(question.together) == 1:
        raise BadRequest(f"together: name two columns or more, as '{question.together[0]}' is already shuffled alone")
    return questions.ask(session, workspace_id, question, hub.settings.quotas)


def _checked(parameter: str, named: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that a parameter names, in the order of the file.

    Raises:
        BadRequest: one of them is no input column.
    """
    for name in named:
        if name not in columns:
            near = nearest(name, columns)
            hint = f": did you mean '{near}'?" if near else ""
            message = f"{parameter}: the network has no input column '{name[:200]}'{hint}"
            raise BadRequest(message, code="unknown_column")
    return tuple(name for name in columns if name in named)
