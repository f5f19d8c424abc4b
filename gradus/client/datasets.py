"""`client.datasets`: the data sets that experiments can train on."""

import builtins
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal

from gradus.client.dataset import StoredDataset, checked
from gradus.client.dataset_events import get_dataset
from gradus.client.dataset_upload import Given, changed, given, one_body, query_of, send_files
from gradus.client.methods import Resource, T_co, iterator, method
from gradus.client.request import PAGE_SIZE, Request, idempotency, reads
from gradus.client.retry import Retries
from gradus.client.uploads import Report
from gradus.wire.dataset import DatasetDryRun, DatasetPage, DatasetRecord

Target = str | Sequence[str] | None
"""One column or several."""


class Datasets(Resource[T_co]):
    """The data sets of the service: the built-in ones, and those of your workspace."""

    @method
    async def upload(  # noqa: PLR0913 (each is an option)
        self,
        data: Any,
        /,
        name: str | None = None,
        *,
        target: Target = None,
        parse: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        notes: str = "",
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Report | None = None,
        resume: str | None = None,
        idempotency_key: str | None = None,
    ) -> StoredDataset[T_co]:
        """Create a data set, and wait until it has been read.

        `data` is a path, an open file, bytes, a data frame of pandas or polars, or arrays by the names of their
        columns; it may also be a list of files, or files by the part of the split, as in `{"train": …, "test": …}`. A
        folder of pictures is sent as a ZIP file, a frame as Parquet, or as CSV with the types of its columns, and
        arrays as NPZ.

        `name` is by default the name of the file. `parse` contains options for reading the files; omitted options are
        guessed. Large files are sent in parts, so that an upload survives broken connections; `resume` is the id of an
        upload that an earlier call left unfinished. `on_progress` is called with the number of bytes that have been
        sent, and the total number.

        Raises:
            InvalidSpec: the files cannot be read; says where, and which option would help. The data set exists
                nevertheless: add a `new_version`, or delete it.
            Conflict: the name is taken.
            BadRequest: `data` contains nothing that can be uploaded.
            TimeoutError: it has not been read after `timeout` seconds; the reading goes on.
        """
        files = given(data, parse)
        fields = {"name": files.name(name), "target": target, "tags": list(tags) or None, "notes": notes or None}
        headers = idempotency(idempotency_key)
        policy = Retries(self._transport.options.max_retries)
        if files.in_one_body and not (tags or notes or resume):
            request = _of_body(files, on_progress, headers=headers, name=fields["name"], target=_several(target))
        else:
            sent = await send_files(self._transport, files, on_progress, resume)
            body = changed({"files": sent, "parse": dict(files.parse)}, fields)
            request = Request("POST", "/v1/datasets", reads(DatasetRecord), headers=headers, body=body)
        made = StoredDataset(self._transport, await self._transport.send(request, policy))
        return checked(await made._waited(timeout)) if wait else made

    @method
    async def dry_run(
        self,
        data: Any,
        /,
        *,
        target: Target = None,
        parse: Mapping[str, Any] | None = None,
        on_progress: Report | None = None,
    ) -> DatasetDryRun:
        """How files would be read, without storing anything: columns with evidence, 20 rows, findings.

        Only the first 4 MiB of text are read.

        Raises:
            InvalidSpec: the files cannot be read; says where, and which option would help.
        """
        files, dry = given(data, parse), "true"
        if files.in_one_body:
            request = _of_body(files, on_progress, DatasetDryRun, harmless=True, target=_several(target), dry_run=dry)
        else:
            sent = await send_files(self._transport, files, on_progress)
            fields = {"name": files.sources[0].title or "data", "files": sent, "parse": dict(files.parse)}
            body, query = changed(fields, {"target": target}), {"dry_run": dry}
            request = Request("POST", "/v1/datasets", reads(DatasetDryRun), query=query, body=body, harmless=True)
        return await self._transport.send(request)

    @method
    async def get(self, name: str, /) -> StoredDataset[T_co]:
        """The data set with this name or id.

        Raises:
            NotFound: there is no such data set.
        """
        return StoredDataset(self._transport, await self._transport.send(get_dataset(name)))

    @method
    async def get_many(self, names: Sequence[str], /) -> "builtins.list[StoredDataset[T_co]]":
        """The data sets with these names or ids, in their order.

        Raises:
            NotFound: one of the data sets does not exist.
        """
        return [StoredDataset(self._transport, await self._transport.send(get_dataset(name))) for name in names]

    @iterator
    async def list(
        self,
        *,
        limit: int | None = None,
        search: str | None = None,
        status: Literal["reading", "ready", "failed"] | None = None,
        tag: str | None = None,
    ) -> AsyncGenerator[StoredDataset[T_co]]:
        """The data sets that match, at most `limit`, newest first; the built-in ones come last.

        `search` finds part of a name, of notes or of an id, ignoring case.
        """
        options = {"q": search, "status": status, "tag": tag}
        query: dict[str, str | int | tuple[str, ...]] = {key: one for key, one in options.items() if one is not None}
        left = limit
        while left is None or left > 0:
            query["limit"] = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            page = await self._transport.send(Request("GET", "/v1/datasets", reads(DatasetPage), query=query))
            for record in page.data[:left]:
                yield StoredDataset(self._transport, record)
            if page.next_cursor is None:
                return
            left = None if left is None else left - len(page.data)
            query["cursor"] = page.next_cursor


def _several(target: Target) -> tuple[str, ...] | None:
    return (target,) if isinstance(target, str) else tuple(target or ()) or None


def _of_body(
    files: Given,
    report: Report | None,
    model: Any = DatasetRecord,
    headers: Mapping[str, str] | None = None,
    harmless: bool = False,
    **query: Any,
) -> Request[Any]:
    """`POST /v1/datasets` with the file as the body."""
    body = one_body(files, report)
    return Request(
        "POST",
        "/v1/datasets",
        reads(model),
        query=query_of(files, **query),
        headers=headers or {},
        body=body,
        harmless=harmless,
    )
