"""The one table in a ZIP file."""

from dataclasses import replace

from reading.content import Content, content
from reading.failure import ReadingFailed
from reading.job import Job
from reading.kinds import TABLES
from reading.request import MIB
from reading.source import SourceFile
from reading.zip_file import ZipFile


def table_inside(job: Job, file: Content) -> Content:
    """The table in a ZIP file, unpacked into the folder of the job as a numbered file.

    Raises:
        ReadingFailed: there are several, or it is an archive itself.
    """
    archive = ZipFile(file.on_disk(job.folder), file.name, job.limits)
    tables = {i: name for i, name in archive.names.items() if _ending(name) in TABLES - {"txt"}}
    tables = tables or {i: name for i, name in archive.names.items() if _ending(name) == "txt"}
    if len(tables) > 1:
        shown = ", ".join(name[-60:] for name in list(tables.values())[:10])
        raise ReadingFailed(
            "data_error",
            f"{file.name} has {len(tables)} tables, {shown}: send each as a file of its own; files of one data set are "
            "listed in `files`, where `split` says which part each of them is.",
            file=file.source.name,
        )
    ((i, name),) = tables.items()
    found = content(job, unpacked(job, archive, i, file.source))
    if found.packed or (found.signature.kind == "zip" and _ending(name) not in ("xlsx", "ods")):
        raise ReadingFailed(
            "data_error", f"{file.name} has an archive inside, {name}: pack the file itself.", file=file.source.name
        )
    return replace(found, name=name.rsplit("/", 1)[-1])


def unpacked(job: Job, archive: ZipFile, i: int, source: SourceFile) -> SourceFile:
    """A member, written into the folder of the job as a numbered file."""
    path = job.folder / f"member{len(list(job.folder.glob('member*')))}"
    with archive.open(i) as stream, path.open("wb") as file:
        while chunk := stream.read(MIB):
            file.write(chunk)
    return SourceFile(path, f"{source.name}/{archive.names[i]}", source.split)


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
