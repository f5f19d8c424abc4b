"""Where a server's socket lies: in its folder, or, where none can be there, in one of the temporary files' folder."""

import os
import socket
import stat
import tempfile
from pathlib import Path

from gradus.errors import Unavailable

NAME = "valkey.sock"


def place(folder: Path, before: Path | None) -> Path:
    """Where to listen for the server of this folder.

    The names of sockets have 107 bytes at most, 103 on macOS, and not every file system takes any. The socket is then
    in a folder of its own, and it is `before` as long as that is still good.

    Raises:
        Unavailable: it can be nowhere.
    """
    here = folder / NAME
    if is_private(folder) and possible(here):
        return here
    if before is not None and is_private(before.parent) and possible(before):
        return before
    elsewhere = Path(tempfile.mkdtemp(prefix="gradus-")) / NAME
    if possible(elsewhere):
        return elsewhere
    raise Unavailable(f"Valkey needs a socket, which can be neither in {folder} nor in {elsewhere.parent.parent}")


def is_private(folder: Path) -> bool:
    """Whether nobody else can put a socket of his own into the folder, or get at one there."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def possible(path: Path) -> bool:
    """Whether a socket can be there: tried with another name of the same length."""
    length = len(path.name)
    trial = path.with_name(f"trial{os.getpid() % 1_000_000}"[:length].ljust(length, "-"))
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            trial.unlink(missing_ok=True)
            probe.bind(str(trial))
            trial.unlink()
        except (OSError, UnicodeEncodeError):
            return False
        return True
