"""`/v1/datasets/{dataset}/…`: rows, statistics, findings and files of a data set."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Header, Path, Request, Response
from fastapi import Query as InQuery
from fastapi.responses import StreamingResponse
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.negotiation import choose
from api.http.parameters import DatasetKey, Query, Text
from api.http.responses import JSON, answer
from api.http.root_path import root_of
from api.http.spreadsheets import guarded
from api.limits import LARGEST, PAGE_SIZE
from api.openapi.responses import Responses, problems
from api.services import dataset_downloads, dataset_images, dataset_rows
from api.services.croissant import croissant
from api.state import StateDep
from gradus.spec.target import ColumnName
from gradus.wire.dataset import RowPage
from gradus.wire.finding import FindingPage
from gradus.wire.statistics import Statistics

router = keyed_router("data sets")

CSV, PNG, PARQUET, BYTES = "text/csv", "image/png", "application/vnd.apache.parquet", "application/octet-stream"
NPZ = "application/zip"
Columns = Annotated[tuple[ColumnName, ...], Field(max_length=1000)]


def _file(media_type: str, description: str) -> Responses:
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}


class VersionQuery(Query):
    """Query parameters of requests for the content of a version."""

    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Number of the version; by default the newest that is ready."""


class RowsQuery(VersionQuery):
    """Query parameters of the rows."""

    offset: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    """Number of rows to skip."""
    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE)] = 50
    """Page size."""
    column: Columns = ()
    """Only this column. Repeat `column=…` for several."""
    finding: Text | None = None
    """Only the rows that the findings with this id are about: at most 100 rows for each finding."""
    finding_column: ColumnName | None = None
    """Of these findings, only the one about this column."""
    row: Annotated[tuple[Annotated[int, Field(ge=0, le=LARGEST)], ...], Field(max_length=PAGE_SIZE)] = ()
    """Only this row, by its position from 0. Repeat `row=…` for several."""
    spreadsheet: bool = False
    """In CSV: put `'` before text that a spreadsheet would treat as a formula."""


class StatisticsQuery(VersionQuery):
    """Query parameters of the statistics."""

    column: Columns = ()
    """Only this column. Repeat `column=…` for several."""


class ContentQuery(VersionQuery):
    """Query parameters of the files."""

    file: Annotated[int, Field(ge=1, le=1000)] = 1
    """Number of the file, from 1."""


class ImagesQuery(VersionQuery):
    """Query parameters of a contact sheet."""

    class_: Annotated[str | None, Field(alias="class", max_length=1_000)] = None
    """Only pictures of this class of the data set's target."""
    n: Annotated[int, Field(ge=1, le=400)] = 64
    """Number of pictures."""
    side: Annotated[int, Field(ge=8, le=256)] = 64
    """Largest height and width of a picture, in pixels: larger ones are scaled down."""


class ImageQuery(VersionQuery):
    """Query parameters of a picture."""

    column: ColumnName | None = None
    """The column; by default the first column of images."""


@router.get(
    "/v1/datasets/{dataset}/rows",
    response_model=RowPage,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}, **problems(404, 406, 409, 413)},
)
def get_rows(
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    query: Annotated[RowsQuery, InQuery()],
    accept: Annotated[list[str] | None, Header(description="`application/json` or `text/csv`.")] = None,
) -> Response:
    """Rows in the order of the files, as JSON or as CSV, of at most about 16 MiB."""
    media_type = choose(accept or (), (JSON, CSV))
    selection = dataset_rows.RowSelection(
        query.offset, query.limit, query.column, query.finding, query.finding_column, query.row
    )
    page = dataset_rows.rows(state.hub, caller.workspace_id, dataset, query.version, selection)
    if media_type == JSON:
        return answer(page)
    return Response(_csv(page, spreadsheet=query.spreadsheet), 200, _attachment(f"{dataset}.csv"), CSV)


@router.get("/v1/datasets/{dataset}/statistics", response_model=Statistics, responses=problems(404, 409))
def get_statistics(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[StatisticsQuery, InQuery()]
) -> Response:
    """Statistics of the columns, over all rows."""
    hub = state.hub
    return answer(dataset_rows.statistics(hub, caller.workspace_id, dataset, query.version, query.column))


@router.get("/v1/datasets/{dataset}/findings", response_model=FindingPage, responses=problems(404, 409))
def get_dataset_findings(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[VersionQuery, InQuery()]
) -> Response:
    """What is wrong with the data: the findings, their evidence, and what to do about them."""
    return answer(dataset_rows.findings(state.hub, caller.workspace_id, dataset, query.version))


@router.get(
    "/v1/datasets/{dataset}/content",
    response_class=StreamingResponse,
    responses={**_file(BYTES, "The file."), **problems(404)},
)
def get_content(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[ContentQuery, InQuery()]
) -> Response:
    """A file as it was sent."""
    source, pieces = dataset_downloads.content(state.hub, caller.workspace_id, dataset, query.version, query.file)
    return _stream(pieces, BYTES, source.name, {"Content-Length": str(source.size)})


@router.get(
    "/v1/datasets/{dataset}/content.parquet",
    response_class=StreamingResponse,
    responses={**_file(PARQUET, "The table."), **problems(404, 409)},
)
def get_parquet(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[VersionQuery, InQuery()]
) -> Response:
    """The parsed table as a Parquet file, without images and arrays."""
    name, pieces = dataset_downloads.parquet(state.hub, caller.workspace_id, dataset, query.version)
    return _stream(pieces, PARQUET, f"{name}.parquet", {})


@router.get(
    "/v1/datasets/{dataset}/content.npz",
    response_class=StreamingResponse,
    responses={**_file(NPZ, "The table."), **problems(404, 409)},
)
def get_npz(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[VersionQuery, InQuery()]
) -> Response:
    """The parsed table as a NumPy archive, with images and arrays: every value as experiments use it, for `run.py`."""
    name, pieces = dataset_downloads.npz(state.hub, caller.workspace_id, dataset, query.version)
    return _stream(pieces, NPZ, f"{name}.npz", {})


@router.get(
    "/v1/datasets/{dataset}/croissant.json",
    response_class=Response,
    responses={
        200: {"description": "The metadata.", "content": {JSON: {"schema": {"type": "object"}}}},
        **problems(404, 409),
    },
)
def get_croissant(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    query: Annotated[VersionQuery, InQuery()],
) -> Response:
    """Metadata in the Croissant format of MLCommons."""
    name, version = dataset_rows.source_version(state.hub, caller.workspace_id, dataset, query.version)
    url = f"{request.url.scheme}://{request.url.netloc}{root_of(request)}/v1/datasets/{quote(dataset)}"
    return Response(json.dumps(croissant(name, version, url), ensure_ascii=False), media_type=JSON)


@router.get(
    "/v1/datasets/{dataset}/images",
    response_class=Response,
    responses={**_file(PNG, "The contact sheet."), **problems(404, 409)},
)
def get_images(
    state: StateDep, caller: CallerDep, dataset: DatasetKey, query: Annotated[ImagesQuery, InQuery()]
) -> Response:
    """A contact sheet of the first pictures, of all classes or of one."""
    hub = state.hub
    asked = dataset_images.Sheet(query.class_, query.n, query.side)
    sheet = dataset_images.sheet(hub, caller.workspace_id, dataset, query.version, asked)
    return Response(sheet, media_type=PNG)


@router.get(
    "/v1/datasets/{dataset}/rows/{row}/image",
    response_class=Response,
    responses={**_file(PNG, "The picture."), **problems(404, 409)},
)
def get_image(
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    row: Annotated[int, Path(ge=0, le=LARGEST, description="Position of the row, from 0.")],
    query: Annotated[ImageQuery, InQuery()],
) -> Response:
    """The picture of one row, re-encoded as PNG."""
    picture = dataset_images.one(state.hub, caller.workspace_id, dataset, query.version, row, query.column)
    return Response(picture, media_type=PNG)


def _csv(page: RowPage, *, spreadsheet: bool) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([guarded(name) if spreadsheet else name for name in page.columns])
    for row in page.data:
        cells = (_cell(row[name]) for name in page.columns)
        writer.writerow([guarded(cell) if spreadsheet else cell for cell in cells])
    return text.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, list) else value


def _stream(pieces: Iterator[bytes], media_type: str, name: str, headers: dict[str, str]) -> StreamingResponse:
    return StreamingResponse(pieces, headers={**_attachment(name), **headers}, media_type=media_type)


def _attachment(name: str) -> dict[str, str]:
    """The header that makes browsers save the response under this name (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
