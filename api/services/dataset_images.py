"""Pictures of a data set: one, or a contact sheet of some."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.services.dataset_rows import ready, with_table
from gradus.errors import BadRequest, NotFound
from gradus.nearest import nearest
from hub.datasets import records
from hub.hub import Hub

if TYPE_CHECKING:
    from preprocessing.table import Table


def one(hub: Hub, workspace_id: str, id_or_name: str, number: int | None, row: int, column: str | None) -> bytes:
    """The picture of a row as a PNG file.

    Raises:
        NotFound: there is no such data set, version, row or picture.
        Conflict: the data set has not been read.
    """

    def draw(table: "Table") -> bytes:
        from preprocessing.pictures import png  # noqa: PLC0415 (imports Pillow)

        if row >= table.rows:
            raise NotFound(f"there are {table.rows:,} rows, counted from 0, and no row {row}")
        return png(table, _image_column(table, column), row)

    return with_table(hub, workspace_id, id_or_name, number, draw)


@dataclass(frozen=True)
class Sheet:
    """What a contact sheet shows."""

    wanted: str | None
    """A class of the data set's target; None for all rows."""
    count: int
    """Number of pictures."""
    side: int
    """Largest height and width of a picture, in pixels."""


def sheet(hub: Hub, workspace_id: str, id_or_name: str, number: int | None, asked: Sheet) -> bytes:
    """A contact sheet as a PNG file: the first pictures of a class, or of all rows.

    Raises:
        NotFound: there is no such data set, version or picture.
        BadRequest: the data set has no target with classes, or no such class.
        Conflict: the data set has not been read.
    """
    with hub.read() as session:
        target = records.target_of(ready(session, workspace_id, id_or_name, number)[0])
    wanted = asked.wanted
    if wanted is not None and not isinstance(target, str):
        raise BadRequest("class: the data set has no target: give it one with PATCH", code="no_target")

    def draw(table: "Table") -> bytes:
        from preprocessing.pictures import contact_sheet, rows_of_class  # noqa: PLC0415 (imports Pillow)

        name = _image_column(table, None)
        if wanted is not None and target not in {column.name for column in table.read.columns}:
            raise BadRequest(f"class: no column '{target}', which is the data set's target", code="no_target")
        rows = rows_of_class(table, str(target), wanted, asked.count)
        if wanted is not None and not rows:
            raise BadRequest(_no_class(table, str(target), wanted), code="no_class")
        return contact_sheet(table, name, rows, asked.side)

    return with_table(hub, workspace_id, id_or_name, number, draw)


def _no_class(table: "Table", target: str, wanted: str) -> str:
    near = nearest(wanted, [one.value for one in table.record(target).values])
    return f"class: '{target}' has no class '{wanted[:200]}'" + (f": did you mean '{near}'?" if near else "")


def _image_column(table: "Table", wanted: str | None) -> str:
    names = [column.name for column in table.read.columns if column.type == "image"]
    if not names:
        raise NotFound("the data set has no images", code="no_images")
    if wanted is not None and wanted not in names:
        raise BadRequest(f"column: '{wanted[:200]}' is not a column of images; those are {', '.join(names[:20])}")
    return wanted or names[0]
