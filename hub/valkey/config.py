"""The server's configuration file. The next start uses it to find a server that is still running."""

import os
import re
from pathlib import Path

from hub.valkey.connection import ValkeyAddress

_TEXT = """\
port 0
unixsocket "{socket}"
unixsocketperm 600
requirepass {password}
dir "{folder}"
daemonize no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""
_ADDRESS = re.compile(r'^unixsocket "(.*)"$.*?^requirepass (\w+)$', re.MULTILINE | re.DOTALL)


def read_access(path: Path) -> ValkeyAddress | None:
    """The address and the password in the configuration of the last start; None if missing or damaged."""
    try:
        found = _ADDRESS.search(path.read_text())
    except (OSError, ValueError):  # missing or damaged: it will be rewritten
        return None
    return ValkeyAddress(Path(_unquoted(found[1])), found[2]) if found else None


def write(path: Path, access: ValkeyAddress) -> None:
    """Write the configuration of a server that stores its data in the file's folder. Only the owner can read the file;
    a password on the command line would be visible to all users."""
    text = _TEXT.format(socket=_quoted(str(access.socket)), password=access.password, folder=_quoted(str(path.parent)))
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
    new.replace(path)


def _quoted(text: str) -> str:
    """The text for use in double quotes: characters that would end the quotes or the line are hex-escaped."""
    return re.sub(r'["\\\x00-\x1f]', lambda found: f"\\x{ord(found[0]):02x}", text)


def _unquoted(text: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)
