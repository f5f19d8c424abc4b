"""Converts the arguments of `upload`, `dry_run` and `new_version` to requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradus.client.frames import is_frame, of_arrays, of_frame
from gradus.client.request import Document, FileBody, encoded
from gradus.client.source import Source, of_bytes, of_file, of_path
from gradus.client.uploads import Report, Sent, send_parts
from gradus.errors import BadRequest
from gradus.facts import PARTS

if TYPE_CHECKING:
    from gradus.client.transport import Transport

IN_ONE_BODY = 64 << 20
"""Bytes of the largest file that is sent as the body of one request."""
IN_ONE_URL = 5_000
"""Characters of the longest `parse` that is sent as a query parameter."""

Uploadable = "str | PathLike[str] | bytes | IO[bytes] | Mapping[str, Any] | Sequence[Any] | Any"
"""A path, an open file, bytes, a data frame, arrays by name; several files in a list, or by the part of the split."""


@dataclass(frozen=True)
class Given:
    """The files of one call, and how they must be read."""

    sources: tuple[Source, ...]
    splits: tuple[str | None, ...]
    """The part that each file's rows belong to."""
    parse: Mapping[str, Any]

    @property
    def in_one_body(self) -> bool:
        """Whether it is one small file that belongs to no part, and whose options fit into a URL."""
        small = self.sources[0].size <= IN_ONE_BODY and len(encoded(self.parse).decode()) <= IN_ONE_URL
        return self.splits == (None,) and small

    def name(self, name: str | None) -> str:
        """The name of the data set.

        Raises:
            BadRequest: there is no name.
        """
        found = name or self.sources[0].title
        if not found:
            raise BadRequest("these data have no name: give one, as in upload(frame, name='churn')")
        return found


def given(data: Any, parse: Mapping[str, Any] | None) -> Given:
    """The files in the arguments of a call.

    Raises:
        BadRequest: the arguments contain nothing that can be uploaded, or a file cannot be read.
    """
    parts: list[tuple[str | None, Any]]
    if isinstance(data, Mapping) and data and set(data) <= {*PARTS} and not any(map(_is_array, data.values())):
        parts = [(str(split), one) for split, one in data.items()]
    elif isinstance(data, list | tuple):
        parts = [(None, one) for one in data]
    else:
        parts = [(None, data)]
    if not parts:
        raise BadRequest("no file is given")
    sources = tuple(_named(source_of(one), split) for split, one in parts)
    return Given(sources, tuple(split for split, _ in parts), {**_implied(sources), **(parse or {})})


def source_of(data: Any) -> Source:
    """One file.

    Raises:
        BadRequest: it cannot be uploaded.
    """
    if isinstance(data, str | PathLike):
        return of_path(Path(data))
    if isinstance(data, bytes | bytearray | memoryview):
        return of_bytes(bytes(data))
    if is_frame(data):
        return of_frame(data)
    if isinstance(data, Mapping) and data:
        return of_arrays(data)
    if hasattr(data, "read"):
        return of_file(data)
    raise BadRequest(
        f"a {type(data).__name__} cannot be uploaded: give a path, an open file, bytes, a data frame or arrays by name"
    )


async def send_files(
    transport: "Transport[Any]", files: Given, report: Report | None, resume: str | None = None
) -> list[dict[str, Any]]:
    """Upload all files in parts. Returns the value of `files` for the request's document."""
    sent = Sent(sum(one.size for one in files.sources), report)
    found = []
    for i, (source, split) in enumerate(zip(files.sources, files.splits, strict=True)):
        upload = await send_parts(transport, source, sent, i, resume if i == 0 else None)
        found.append({"upload": upload, "split": split, **({"name": source.name} if source.name else {})})
    return found


def one_body(files: Given, report: Report | None) -> FileBody:
    """The only file, as the body of a request."""
    (source,) = files.sources
    return source.body(Sent(source.size, report).part(0, 1))


def query_of(files: Given, **options: Any) -> dict[str, str | int | tuple[str, ...]]:
    """The query of a request whose body is the file."""
    (source,) = files.sources
    parse = {"parse": encoded(files.parse).decode()} if files.parse else {}
    named = {"file": source.name} if source.name else {}
    return {**named, **parse, **{name: value for name, value in options.items() if value is not None}}


def changed(document: Document, changes: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> bytes:
    """The document with these changes, except those that are None, and with all of `more`."""
    given = {key: value for key, value in changes.items() if value is not None}
    return encoded({**dict(document), **given, **(more or {})})


def _is_array(value: Any) -> bool:
    return (hasattr(value, "__array__") and not is_frame(value)) or isinstance(value, list | tuple)


def _named(source: Source, split: str | None) -> Source:
    """The source; if it has no name but belongs to a part of a split, it is named after the part."""
    return replace(source, name=split) if split is not None and not source.name else source


def _implied(sources: Sequence[Source]) -> dict[str, Any]:
    """The options that the kinds of the files decide.

    Raises:
        BadRequest: they contradict each other.
    """
    whole: dict[str, Any] = {}
    for source in sources:
        for option, value in source.parse.items():
            if whole.setdefault(option, value) != value:
                raise BadRequest(f"the files differ in '{option}': {whole[option]!r} and {value!r}")
    return whole
