"""A server's configuration file: what it is started with, and by which the next start finds it again."""

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
_SAID = re.compile(r'^unixsocket "(.*)"$.*?^requirepass (\w+)$', re.MULTILINE | re.DOTALL)


def read_access(path: Path) -> ValkeyAddress | None:
    """What the configuration of the last start says."""
    try:
        found = _SAID.search(path.read_text())
    except (OSError, ValueError):  # gone or spoilt: it is written anew
        return None
    return ValkeyAddress(Path(_unquoted(found[1])), found[2]) if found else None


def write(path: Path, access: ValkeyAddress) -> None:
    """For a server that keeps its data beside the file, which only its owner may read: on the command line everybody
    would see the password."""
    text = _TEXT.format(socket=_quoted(str(access.socket)), password=access.password, folder=_quoted(str(path.parent)))
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
    new.replace(path)


def _quoted(text: str) -> str:
    """As it stands between double quotes: what could end them, or the line, by its number."""
    return re.sub(r'["\\\x00-\x1f]', lambda found: f"\\x{ord(found[0]):02x}", text)


def _unquoted(text: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), text)
