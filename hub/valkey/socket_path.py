"""The path of a server's socket: in its folder, or else in a private temporary folder."""

import os
import socket
import stat
import tempfile
from pathlib import Path

from gradus.errors import Unavailable

NAME = "valkey.sock"


def place(folder: Path, previous: Path | None) -> Path:
    """The socket path for the server of this folder.

    Socket paths are limited to 107 bytes (103 on macOS), and not every file system supports sockets. If the folder is
    unsuitable, the path is `previous` while that is still usable, else one in a new temporary folder.

    Raises:
        Unavailable: no suitable path exists.
    """
    own = folder / NAME
    if is_private(folder) and possible(own):
        return own
    if previous is not None and is_private(previous.parent) and possible(previous):
        return previous
    temporary = Path(tempfile.mkdtemp(prefix="gradus-")) / NAME
    if possible(temporary):
        return temporary
    raise Unavailable(f"Valkey needs a socket, but neither {folder} nor {temporary.parent.parent} supports one")


def is_private(folder: Path) -> bool:
    """Whether only the owner can create or access sockets in the folder."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def possible(path: Path) -> bool:
    """Whether a socket can have this path, tested with another name of the same length."""
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
