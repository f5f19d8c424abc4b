"""Files in a second folder, which may fail and be done again."""

import shutil
from collections.abc import Collection
from pathlib import Path


def link_files(source: Path, target: Path, without: Collection[str] = ()) -> None:
    """Put the files of a folder into another one, too: under a second name if both are on the same file system."""
    for path in sorted(source.iterdir()):
        if path.name in without:
            continue
        copy = target / path.name
        copy.unlink(missing_ok=True)
        try:
            copy.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, copy)
