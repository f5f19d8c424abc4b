"""Where the files of a data set are on this machine."""

from collections.abc import Sequence
from pathlib import Path

from gradus.datasets import DATASETS, IdxFile

_GZIP = b"\x1f\x8b"
_IDX = b"\x00\x00"


def locate(name: str, file: IdxFile, directories: Sequence[Path]) -> Path | None:
    """The file in the first directory whose folder of that data set has it, gzipped or, if it can be checked, not."""
    for directory in directories:
        for path in _forms(directory / name / file.name, file):
            if path.is_file():
                return path
    return None


def available(name: str, directories: Sequence[Path]) -> bool:
    """Whether every file is here and begins as it should; the run that reads them looks closer."""
    try:
        found = [locate(name, file, directories) for file in DATASETS[name].files]
        return all(path is not None and _plausible(path) for path in found)
    except OSError:  # what may not be read is not here
        return False


def _forms(path: Path, file: IdxFile) -> tuple[Path, ...]:
    """Without the gzip file nothing can be held against its digest."""
    return (path, path.with_suffix("")) if file.of == "unpacked" else (path,)


def _plausible(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == (_GZIP if path.suffix == ".gz" else _IDX)
