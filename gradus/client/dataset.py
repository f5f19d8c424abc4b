"""The handle of a data set: its last known state, and what can be done with it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradus.client.dataset_events import DatasetEvent, follow_dataset, get_dataset, progress_of
from gradus.client.dataset_frame import frame_of
from gradus.client.dataset_handle import DatasetHandle
from gradus.client.dataset_rows import all_rows
from gradus.client.dataset_upload import changed, given, one_body, query_of, send_files
from gradus.client.methods import T_co, iterator, method
from gradus.client.request import Request, encoded, idempotency, nothing, path_of, reads
from gradus.client.retry import PATIENCE, Deadline, Outage
from gradus.client.save import save
from gradus.client.uploads import Report
from gradus.errors import InvalidSpec
from gradus.merge import merged
from gradus.wire.dataset import DatasetRecord, RowPage, VersionRecord
from gradus.wire.event import StepProgress
from gradus.wire.finding import Finding, FindingPage
from gradus.wire.problem import Mistake
from gradus.wire.statistics import Statistics

if TYPE_CHECKING:
    from pandas import DataFrame

    from gradus.client.async_transport import AsyncTransport  # noqa: F401 (named below)

POLL = (0.1, 1.0)
"""Seconds between two polls while the data set is read: initially and at most."""


class StoredDataset(DatasetHandle[T_co]):
    """The last known state of a data set, `record`, and what can be done with it.

    With an `AsyncClient` methods are awaited, and `watch` and `events` need `async for`.
    """

    @method
    async def refresh(self) -> "StoredDataset[T_co]":
        """Get the current state from the service."""
        self._record = await self._transport.send(get_dataset(self.id))
        return self

    @method
    async def wait(self, timeout: float | None = None) -> "StoredDataset[T_co]":
        """Block until its newest version has been read, whether or not that succeeded.

        Raises:
            TimeoutError: it has not been read after `timeout` seconds; the reading goes on.
        """
        return await self._waited(timeout)

    @iterator
    async def watch(self, *, patience: float = PATIENCE) -> AsyncGenerator[StepProgress]:
        """The progress of the reading, whenever it changes, until the reading ends; then the record is updated.

        A broken connection is reopened, for at most `patience` seconds.
        """
        self._record = await self._transport.send(get_dataset(self.id), Outage(patience))
        if self.status == "reading":
            async with aclosing(progress_of(self._transport, self.record, patience)) as steps:
                async for step in steps:
                    yield step
            self._record = await self._transport.send(get_dataset(self.id), Outage(patience))

    @iterator
    async def events(self, *, after: int = 0, patience: float = PATIENCE) -> AsyncGenerator[DatasetEvent]:
        """The events after number `after` as they arrive, each once and in order, until no version is being read."""
        async with aclosing(follow_dataset(self._transport, self.id, after, patience)) as events:
            async for event in events:
                yield event

    @method
    async def rows(
        self,
        offset: int = 0,
        limit: int = 50,
        *,
        column: str | Sequence[str] = (),
        finding: str | None = None,
        finding_column: str | None = None,
        rows: Sequence[int] = (),
        version: int | None = None,
    ) -> RowPage:
        """At most `limit` rows in the order of the files, with all columns or some.

        With `finding`, only the rows that the findings with this id are about; with `finding_column` as well, only
        those of the finding about this column. With `rows`, only the rows at these positions, at most 200, such as
        those in the evidence of an experiment's findings.
        """
        columns = (column,) if isinstance(column, str) else tuple(column)
        about = {"finding": finding, "finding_column": finding_column, "row": tuple(rows)}
        return await all_rows(self._transport, self.id, offset, limit, {"column": columns, "version": version, **about})

    @method
    async def to_frame(self, *, column: str | Sequence[str] = (), version: int | None = None) -> "DataFrame":
        """All rows as a pandas frame whose columns have the types that were read, with pandas' NA where a value is
        missing. If DuckDB is installed, they are downloaded as one file, else in pages of 200 rows.

        Raises:
            BadRequest: no column has this name.
            ImportError: pandas is not installed.
        """
        return await frame_of(self._transport, self.id, column, version)

    @method
    async def statistics(self, column: str | Sequence[str] = (), *, version: int | None = None) -> Statistics:
        """The statistics of all columns or of some, over all rows."""
        columns = (column,) if isinstance(column, str) else tuple(column)
        request = self._get("statistics", reads(Statistics), column=columns, version=version)
        return await self._transport.send(request)

    @method
    async def findings(self, *, version: int | None = None) -> tuple[Finding, ...]:
        """The problems of the data, each with its evidence and with ways to solve it."""
        page: FindingPage = await self._transport.send(self._get("findings", reads(FindingPage), version=version))
        return page.data

    @method
    async def images(
        self, class_: str | None = None, n: int = 64, *, side: int = 64, version: int | None = None
    ) -> bytes:
        """A contact sheet of the first `n` pictures, of all classes or of one, as a PNG. Pictures larger than `side`
        pixels (at most 256) are scaled down."""
        options: dict[str, Any] = {
            "n": n,
            "side": side,
            "version": version,
            **({} if class_ is None else {"class": class_}),
        }
        return await self._transport.send(self._get("images", lambda response: bytes(response.content), **options))

    @method
    async def version(self, number: int, /) -> VersionRecord:
        """One version: its files, how they were read, its columns."""
        return await self._transport.send(self._get(f"versions/{number}", reads(VersionRecord)))

    @method
    async def new_version(
        self,
        data: Any = None,
        /,
        *,
        parse: Mapping[str, Any] | None = None,
        wait: bool = True,
        timeout: float | None = None,
        on_progress: Report | None = None,
    ) -> "StoredDataset[T_co]":
        """Add a version: the same files read with other options, or other files; then wait until it has been read.

        `parse` changes the options of the newest version (RFC 7396); null lets an option be guessed again. Other files
        are read with the options in `parse` alone.

        Raises:
            InvalidSpec: the files cannot be read with these options; says where, and which option would help.
        """
        add = partial(Request, "POST", path_of("datasets", self.id, "versions"), reads(VersionRecord))
        headers = idempotency(None)
        if data is None:
            newest = await self._transport.send(self._get(f"versions/{self._newest()}", reads(VersionRecord)))
            body = encoded({"parse": merged(newest.parse, parse or {})})
            await self._transport.send(add(headers=headers, body=body))
        else:
            files = given(data, parse)
            if files.in_one_body:
                query, content = query_of(files), one_body(files, on_progress)
                await self._transport.send(add(headers=headers, query=query, body=content))
            else:
                sent = await send_files(self._transport, files, on_progress)
                body = changed({"files": sent}, {"parse": dict(files.parse)})
                await self._transport.send(add(headers=headers, body=body))
        self._record = await self._transport.send(get_dataset(self.id))
        return checked(await self._waited(timeout)) if wait else self

    @method
    async def update(
        self,
        *,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        notes: str | None = None,
        target: str | Sequence[str] | None = None,
    ) -> "StoredDataset[T_co]":
        """Change name, tags, notes or target; omitted fields stay as they are. An empty target removes the target."""
        none = {"target": None} if target is not None and not target else {}
        body = changed({}, {"name": name, "tags": tags, "notes": notes, "target": target or None}, none)
        request = Request("PATCH", path_of("datasets", self.id), reads(DatasetRecord), body=body)
        self._record = await self._transport.send(request)
        return self

    @method
    async def delete(self) -> None:
        """Delete it with its versions and files. Finished experiments keep their results.

        Raises:
            Conflict: an experiment that has not ended uses it.
        """
        await self._transport.send(Request("DELETE", path_of("datasets", self.id), nothing))

    @method
    async def download(
        self,
        path: str | PathLike[str] | None = None,
        *,
        parquet: bool = False,
        npz: bool = False,
        file: int = 1,
        version: int | None = None,
    ) -> Path:
        """Save a file as it was uploaded or, with `parquet` or `npz`, the table as it was read. Returns the path of the
        saved file.

        `path` is a file, or a folder in which it gets its own name; by default the current folder.
        """
        for wanted, part in ((parquet, "content.parquet"), (npz, "content.npz")):
            if wanted:
                return await save(self._transport, self._get(part, nothing, version=version), path)
        return await save(self._transport, self._get("content", nothing, version=version, file=file), path)

    def _newest(self) -> int:
        return max((one.number for one in self.versions), default=self.record.version or 1)

    def _get(self, part: str, read: Any, **options: Any) -> Request[Any]:
        query = {name: value for name, value in options.items() if value not in {None, ()}}
        return Request("GET", path_of("datasets", self.id, part), read, query=query)

    async def _waited(self, timeout: float | None) -> "StoredDataset[T_co]":
        deadline, (pause, longest) = Deadline(timeout, f"{self.name} is {self.status}"), POLL
        while True:
            self._record = await self._transport.wait_for(get_dataset(self.id), deadline)
            if self.status != "reading":
                return self
            deadline.check()
            await self._transport.sleep(min(pause, deadline.left()))
            pause = min(2 * pause, longest)


def checked(dataset: StoredDataset[T_co]) -> StoredDataset[T_co]:
    """The data set, if it could be read.

    Raises:
        InvalidSpec: it could not be read; says where, and which option would help.
    """
    if dataset.error is None:
        return dataset
    failure = dataset.error
    place = "/".join(str(part) for part in (failure.file, failure.line) if part is not None)
    errors = [Mistake(path=place, message=failure.message, input=failure.around)]
    if failure.option:
        errors.append(Mistake(path="parse", message="these options would read the file", input=failure.option))
    raise InvalidSpec(failure.message, code=failure.code, errors=errors)


AsyncStoredDataset = StoredDataset["AsyncTransport"]
"""The handle that an `AsyncClient` returns."""
