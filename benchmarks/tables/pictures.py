"""CIFAR-10 as a ZIP of folders, one for each class in one for each part."""

import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.tables.case import Folders, Missing
from benchmarks.tables.service import File

ARCHIVE = "cifar10-jpeg.tar.xz"


def cifar10(most: int) -> Callable[[Folders], Sequence[File]]:
    """The first `most` pictures of each class in each part, in the archive's order."""

    def files(folders: Folders) -> Sequence[File]:
        source, target = folders.datasets / ARCHIVE, folders.made / "cifar10.zip"
        if not source.exists():
            raise Missing(f"no {ARCHIVE} in {folders.datasets}")
        taken: Counter[str] = Counter()
        with tarfile.open(source, "r|xz") as tar, zipfile.ZipFile(target, "w") as archive:
            for member in tar:
                folder = member.name.rpartition("/")[0]
                if member.isfile() and taken[folder] < most and (file := tar.extractfile(member)) is not None:
                    archive.writestr(member.name, file.read())
                    taken[folder] += 1
        return [File(target)]

    return files


def differences(files: Sequence[File], record: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The differences between the counts and shapes of the pictures and those of the ZIP, in sentences."""
    with zipfile.ZipFile(files[0].path) as archive:
        labels = Counter(name.split("/")[-2] for name in archive.namelist())
    of = {column["name"]: column for column in found["columns"]}
    counted = {one["value"]: one["count"] for one in of["label"]["frequent"]}
    faults = [] if counted == labels else [f"pictures of each class {counted} instead of {dict(labels)}"]
    if record["rows"] != labels.total():
        faults.append(f"{record['rows']} pictures instead of {labels.total()}")
    if of["image"]["shape"] != [32, 32, 3]:
        faults.append(f"pictures of the shape {of['image']['shape']}")
    return faults
