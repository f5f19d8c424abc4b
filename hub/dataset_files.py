"""Locates the files of a data set on this machine."""

from collections.abc import Sequence
from pathlib import Path

from gradus.built_in_facts import IdxFile
from gradus.datasets import DATASETS

_GZIP = b"\x1f\x8b"
_IDX = b"\x00\x00"


def locate(name: str, file: IdxFile, directories: Sequence[Path]) -> Path | None:
    """The file in the first directory that has it: gzipped, or unpacked if the known digest is of the unpacked file."""
    for directory in directories:
        for path in _candidates(directory / name / file.name, file):
            if path.is_file():
                return path
    return None


def available(name: str, directories: Sequence[Path]) -> bool:
    """Whether all files exist and start with the right bytes. The run that reads them checks their digests."""
    try:
        found = [locate(name, file, directories) for file in DATASETS[name].files]
        return all(path is not None and _plausible(path) for path in found)
    except OSError:  # an unreadable file is not available
        return False


def _candidates(path: Path, file: IdxFile) -> tuple[Path, ...]:
    """The possible paths. If the digest is that of the gzip file, an unpacked file could not be verified."""
    return (path, path.with_suffix("")) if file.of == "unpacked" else (path,)


def _plausible(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == (_GZIP if path.suffix == ".gz" else _IDX)
