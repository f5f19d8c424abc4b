"""Pictures of a data set: one, or a contact sheet of some."""

from typing import TYPE_CHECKING

from api.services.dataset_rows import ready, with_table
from gradus.errors import BadRequest, NotFound
from hub.datasets import records
from hub.hub import Hub

if TYPE_CHECKING:
    from preprocessing.table import Table


def one(hub: Hub, workspace_id: str, id_or_name: str, number: int | None, row: int, column: str | None) -> bytes:
    """The picture of a row as a PNG file.

    Raises:
        NotFound: there is no such data set, version, row or picture.
        Conflict: it has not been read.
    """

    def draw(table: "Table") -> bytes:
        from preprocessing.pictures import png  # noqa: PLC0415 (imports Pillow)

        if row >= table.rows:
            raise NotFound(f"there are {table.rows:,} rows, counted from 0, and no row {row}")
        return png(table, _image_column(table, column), row)

    return with_table(hub, workspace_id, id_or_name, number, draw)


def sheet(hub: Hub, workspace_id: str, id_or_name: str, number: int | None, wanted: str | None, count: int) -> bytes:
    """A contact sheet as a PNG file: the first pictures of a class, or of all rows.

    Raises:
        NotFound: there is no such data set, version or picture.
        BadRequest: the data set has no target that tells classes apart.
        Conflict: it has not been read.
    """
    with hub.read() as session:
        target = records.target_of(ready(session, workspace_id, id_or_name, number)[0])
    if wanted is not None and not isinstance(target, str):
        raise BadRequest("class: the data set has no target: give it one with PATCH", code="no_target")

    def draw(table: "Table") -> bytes:
        from preprocessing.pictures import contact_sheet, rows_of_class  # noqa: PLC0415 (imports Pillow)

        name = _image_column(table, None)
        if wanted is not None and target not in {column.name for column in table.read.columns}:
            raise BadRequest(f"class: no column '{target}', which is the data set's target", code="no_target")
        return contact_sheet(table, name, rows_of_class(table, str(target), wanted, count))

    return with_table(hub, workspace_id, id_or_name, number, draw)


def _image_column(table: "Table", wanted: str | None) -> str:
    names = [column.name for column in table.read.columns if column.type == "image"]
    if not names:
        raise NotFound("the data set has no images", code="no_images")
    if wanted is not None and wanted not in names:
        raise BadRequest(f"column: '{wanted[:200]}' is no column of images, but {', '.join(names[:20])}")
    return wanted or names[0]
