"""The examples in a cell of a confusion matrix, from the files of an answer. numpy is imported when first needed."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.services.row_limit import check_rows
from api.services.stored_table import no_reader, opened_table
from gradus.errors import BadRequest, NotFound, Unavailable
from gradus.facts import Part
from gradus.nearest import nearest
from gradus.wire.error_rows import ErrorPage, ErrorRow
from hub.artifacts.manifest import Damaged
from hub.datasets import stored_tables
from hub.hub import Hub
from hub.jobs.weights import Epoch
from hub.questions import questions
from hub.questions.outcome_files import OUTCOMES, PICTURES, OutcomesAnswer
from hub.questions.question import OutcomesQuestion, TrainedNetwork
from hub.questions.questions import Outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Cell:
    """A cell of a confusion matrix, and the examples of it that are shown."""

    split: Part
    epoch: Epoch
    given: str | None
    predicted: str | None
    offset: int
    limit: int


def page(hub: Hub, workspace_id: str, experiment_id: str, outcome: Outcome, cell: Cell) -> ErrorPage:
    """The examples in a cell. Without classes, all errors; with one class, the errors of its row or column.

    Raises:
        NotFound: the experiment was deleted.
        BadRequest: there is no such class.
        Unavailable: the files cannot be read.
    """
    assert outcome.answer is not None
    classes = OutcomesAnswer.model_validate_json(outcome.answer).classes
    given, predicted = (_class(name, cell_class, classes) for name, cell_class in _named(cell))
    network = _network(hub, workspace_id, outcome)
    outcomes, pictures = _files(hub, outcome)
    places = _places(outcomes, given, predicted)
    shown = places[cell.offset : cell.offset + cell.limit]
    positions = [int(outcomes["row"][i]) for i in shown]
    cells, images = _table_cells(hub, workspace_id, network.spec.dataset.digest, positions)
    return ErrorPage(
        experiment=experiment_id,
        epoch=network.epoch,
        checkpoint=f"sha256:{network.checkpoint.digest}",
        split=cell.split,
        given=cell.given,
        predicted=cell.predicted,
        offset=cell.offset,
        total=len(places),
        data=tuple(
            ErrorRow(
                row=position,
                given=classes[outcomes["given"][i]],
                predicted=classes[outcomes["predicted"][i]],
                probability=float(outcomes["probability"][i]),
                probability_of_given=float(outcomes["probability_of_given"][i]),
                cells=None if cells is None else cells[n],
                image=images.get(position) or _picture(pictures, int(i)),
            )
            for n, (i, position) in enumerate(zip(shown, positions, strict=True))
        ),
    )


def _network(hub: Hub, workspace_id: str, outcome: Outcome) -> TrainedNetwork:
    """The network that gave the outcomes. It need not be the best epoch's: since then, another epoch may have become
    the best."""
    with hub.read() as session:
        question = questions.request_of(session, workspace_id, outcome.id)
    if not isinstance(question, OutcomesQuestion):
        raise NotFound("the question was deleted, probably with its experiment: ask again")
    return question.network


def _named(cell: Cell) -> tuple[tuple[str, str | None], ...]:
    return ("given", cell.given), ("predicted", cell.predicted)


def _class(parameter: str, name: str | None, classes: Sequence[str]) -> int | None:
    if name is None:
        return None
    if name not in classes:
        near = nearest(name, list(classes))
        raise BadRequest(f"{parameter}: no class '{name[:200]}'" + (f": did you mean '{near}'?" if near else ""))
    return classes.index(name)


def _files(hub: Hub, outcome: Outcome) -> "tuple[NDArray[np.void], NDArray[np.uint8] | None]":
    """The outcomes of all examples and, if there are any, the pictures of the first ones."""
    try:
        import numpy as np  # noqa: PLC0415
    except ImportError as error:
        raise no_reader(error) from error
    assert outcome.artifact is not None
    try:
        with hub.artifacts.open(*outcome.artifact) as folder:
            outcomes: NDArray[np.void] = np.load(folder / OUTCOMES, allow_pickle=False)
            has_pictures = (folder / PICTURES).exists()
            return outcomes, np.load(folder / PICTURES, allow_pickle=False) if has_pictures else None
    except (Damaged, OSError) as error:
        raise Unavailable(f"the files of the answer cannot be read: {error}: retry") from error


def _places(outcomes: "NDArray[np.void]", given: int | None, predicted: int | None) -> "NDArray[np.intp]":
    """Positions of the cell's examples."""
    import numpy as np  # noqa: PLC0415 (imported before)

    inside = np.ones(len(outcomes), dtype=bool)
    if given is None or predicted is None:
        inside &= outcomes["given"] != outcomes["predicted"]
    if given is not None:
        inside &= outcomes["given"] == given
    if predicted is not None:
        inside &= outcomes["predicted"] == predicted
    return np.flatnonzero(inside)


def _table_cells(
    hub: Hub, workspace_id: str, digest: str | None, positions: Sequence[int]
) -> tuple[list[dict[str, Any]] | None, Mapping[int, str]]:
    """The values of rows of an uploaded table, and the paths of their pictures by row."""
    if digest is None or not positions:
        return None, {}
    with hub.read() as session:
        version = stored_tables.version_with_digest(session, workspace_id, digest)
        if version is None:
            return None, {}
        stored = stored_tables.of_version(version)
        path, number = f"/v1/datasets/{version.dataset_id}/rows", version.number
    with opened_table(hub, stored) as table:
        from preprocessing.rows import picked_rows  # noqa: PLC0415 (imports DuckDB)

        pixels = [column.name for column in table.read.columns if column.type == "image"]
        names = [column.name for column in table.read.columns if column.type != "image"]
        images = {row: f"{path}/{row}/image?version={number}" for row in positions} if pixels else {}
        check_rows(table, names, sorted(positions))
        return picked_rows(table, names, positions), images


def _picture(pictures: "NDArray[np.uint8] | None", place: int) -> str | None:
    """A `data:` URL of the picture at a place in the outcomes."""
    if pictures is None or place >= len(pictures):
        return None
    from preprocessing.pictures import encoded  # noqa: PLC0415 (imports Pillow)

    return f"data:image/png;base64,{b64encode(encoded(pictures[place])).decode()}"
