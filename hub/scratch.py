"""Scratch folders: temporary folders that do not outlast their process, even if it is killed."""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from hub.file_lock import locked_folder

NEW = ".new"
"""Suffix of a folder whose owner does not hold its lock yet."""
OLD_SECONDS = 3600.0
"""Age at which such a folder counts as abandoned, and a file, too: a file that is still needed is unlinked at once."""

logger = logging.getLogger(__name__)


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent`, deleted at the end, or by `sweep` if this process is killed before."""
    parent.mkdir(parents=True, exist_ok=True)
    new = Path(mkdtemp(NEW, f"{prefix}-", parent))
    folder = new.with_name(new.name.removesuffix(NEW))
    try:
        with locked_folder(new):
            new.rename(folder)
            yield folder
    finally:
        for path in (folder, new):
            shutil.rmtree(path, ignore_errors=True)


def sweep(parent: Path, prefix: str = "") -> int:
    """Delete the scratch folders of processes that have ended. Returns their number."""
    if not parent.is_dir():
        return 0
    abandoned = [path for path in parent.glob(f"{prefix}*") if _is_abandoned(path)]
    for path in abandoned:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    if abandoned:
        logger.info("deleted %d temporary files in %s, left behind by killed processes", len(abandoned), parent)
    return len(abandoned)


def _is_abandoned(path: Path) -> bool:
    try:
        is_old = time.time() - path.stat().st_mtime > OLD_SECONDS
        if not path.is_dir():
            return is_old
        with locked_folder(path, wait=False) as is_free:
            return is_free and (is_old or path.suffix != NEW)
    except OSError:  # gone, or of another user
        return False
