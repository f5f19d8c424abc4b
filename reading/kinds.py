"""Chooses the reader of a file by its content, and compares that with the file's name and the request."""

from collections import Counter
from typing import Literal

from reading.content import Content
from reading.failure import ReadingFailed
from reading.images.pictures import is_picture
from reading.job import Job
from reading.zip_file import ZipFile

Kind = Literal["csv", "jsonl", "parquet", "excel", "arrays", "idx", "images", "archive"]
"""A kind of `parse`; `archive` is a ZIP file with a table inside."""

TABLES = frozenset({"csv", "tsv", "tab", "txt", "data", "jsonl", "ndjson", "json", "parquet", "xlsx", "xls", "ods"})
"""Extensions of tables in an archive."""
_ARCHIVES = frozenset({"zip", "gz", "zst", "tar", "tgz", "bz2", "xz", "7z", "rar", "jar"})
_DECLARED: dict[str, frozenset[str]] = {
    **dict.fromkeys(("csv", "tsv", "tab", "txt"), frozenset({"csv"})),
    **dict.fromkeys(("jsonl", "ndjson"), frozenset({"jsonl", "csv"})),
    **dict.fromkeys(("parquet", "pq"), frozenset({"parquet"})),
    **dict.fromkeys(("xlsx", "xlsm", "xlsb", "xls", "ods"), frozenset({"excel"})),
    **dict.fromkeys(("npy", "npz"), frozenset({"arrays"})),
    "zip": frozenset({"images", "archive", "arrays"}),
}
"""The kinds that a file with this extension may have."""
_BY_SIGNATURE: dict[str, Kind] = {"parquet": "parquet", "npy": "arrays", "ole": "excel", "idx": "idx"}


def kind_of(job: Job, content: Content) -> Kind:
    """The kind of a file.

    Raises:
        ReadingFailed: it is not a table, or not what its name or the request says.
    """
    found = _found(job, content)
    if found is None:
        raise _not_a_table(content, "")
    allowed = _DECLARED.get(content.ending)
    if allowed and found not in allowed:
        raise _not_a_table(content, f", not like .{content.ending}: rename it with the right extension")
    asked = job.request.parse.get("kind")
    if asked and found not in (asked, "archive") and {found, asked} != {"csv", "jsonl"}:
        raise _not_a_table(content, f", which `kind` {asked!r} does not read")
    if {found, asked} == {"csv", "jsonl"}:
        return "csv" if asked == "csv" else "jsonl"
    return found


def _found(job: Job, content: Content) -> Kind | None:
    if content.signature.kind == "zip":
        return _of_archive(ZipFile(content.on_disk(job.folder), content.name, job.limits))
    if content.signature.kind == "text":
        return "jsonl" if _is_json(content) else "csv"
    return _BY_SIGNATURE.get(content.signature.kind)


def _is_json(content: Content) -> bool:
    if content.ending in ("jsonl", "ndjson"):
        return True
    with content.open() as stream:
        head = stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"{", b"[{")) and content.ending not in ("csv", "tsv", "tab")


def _not_a_table(content: Content, more: str) -> ReadingFailed:
    advice = {"picture": ": put pictures into a ZIP file, in a folder for each class"}.get(content.signature.kind, "")
    return ReadingFailed(
        "not_a_table",
        f"{content.source.name} begins like {content.signature.name}{more}{advice if not more else ''}.",
        file=content.source.name,
    )


def _of_archive(archive: ZipFile) -> Kind:
    """The kind of a ZIP file, by its members.

    Raises:
        ReadingFailed: it contains an archive, or nothing that can be read.
    """
    names = list(archive.names.values())
    if "[Content_Types].xml" in names or "mimetype" in names:
        return _of_document(archive, names)
    endings = Counter(name.rpartition(".")[2].lower() if "." in name else "" for name in names)
    if inside := next((name for name in names if name.rpartition(".")[2].lower() in _ARCHIVES), None):
        raise ReadingFailed(
            "data_error",
            f"{archive.name} has an archive inside, {inside[:80]}: pack the files themselves.",
            file=archive.name,
        )
    if any(map(is_picture, names)):
        return "images"
    if endings["npy"]:
        return "arrays"
    if any(endings[ending] for ending in TABLES):
        return "archive"
    shown = ", ".join(name[-40:] for name in names[:5]) or "nothing"
    raise ReadingFailed(
        "not_a_table", f"{archive.name} has no table, array or picture, only {shown}.", file=archive.name
    )


def _of_document(archive: ZipFile, names: list[str]) -> Kind:
    if any(name.startswith("xl/") for name in names):
        return "excel"
    for i, name in archive.names.items():
        if name == "mimetype":
            with archive.open(i) as stream:
                if stream.read(100).startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                    return "excel"
    raise ReadingFailed("not_a_table", f"{archive.name} is a document, not a sheet.", file=archive.name)
