"""Puts files into a second folder; a failed attempt can be repeated."""

import shutil
from collections.abc import Collection
from pathlib import Path


def link_files(source: Path, target: Path, without: Collection[str] = ()) -> None:
    """Put the files of a folder into another one as well: as hard links if both are on the same file system, else as
    copies."""
    for path in sorted(source.iterdir()):
        if path.name in without:
            continue
        copy = target / path.name
        copy.unlink(missing_ok=True)
        try:
            copy.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, copy)
