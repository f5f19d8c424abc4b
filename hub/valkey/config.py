"""A server's configuration file: what it is started with, and by which the next start finds it again."""

import os
import re
from pathlib import Path

from hub.valkey.access import Access

_TEXT = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def read_access(path: Path) -> Access | None:
    """What the configuration of the last start says."""
    if not path.exists():
        return None
    found = re.search(r"^port (\d+)\nrequirepass (\w+)$", path.read_text(), re.MULTILINE)
    return Access(int(found[1]), found[2]) if found else None


def write(path: Path, access: Access) -> None:
    """For a server that keeps its data beside the file, which only its owner may read: on the command line everybody
    would see the password."""
    folder = str(path.parent).replace("\\", "\\\\").replace('"', '\\"')
    text = _TEXT.format(port=access.port, password=access.password, folder=folder)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
    new.replace(path)
