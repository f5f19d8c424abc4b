"""A file-system filter: the reading process sees its files, its own folder and the programs it is made of.

Landlock (Linux 5.13), which needs no privileges and cannot be removed again.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System-call numbers, which are the same on all architectures."""
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_FIRST_VERSION = (1 << 13) - 1
"""All rights that version 1 knows."""
_READING = _READ | _LIST
_FILE = _EXECUTE | _WRITE | _READ | _TRUNCATE
"""The rights that a file, other than a folder, can have."""
_O_PATH = 0o10000000
_PROC = Path("/proc")
"""A rule is about an inode. When memory is short, Linux forgets the inodes of procfs that nobody has open, and makes
new ones later, about which there is no rule. Files there stay open, so that they keep theirs."""


def show_only(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Hide all other paths from this thread and from threads that it starts, for good. Missing paths are skipped.

    Raises:
        OSError: the kernel refuses, or has no Landlock.
    """
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "Landlock exists only on Linux")
    libc = ctypes.CDLL(None, use_errno=True)
    version = _checked(libc.syscall(_CREATE_RULESET, None, 0, _VERSION), "Landlock")
    handled = _FIRST_VERSION | (1 << 13 if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    ruleset = _checked(libc.syscall(_CREATE_RULESET, struct.pack("=Q", handled), 8, 0), "landlock_create_ruleset")
    try:
        for paths, rights in ((readable, _READING), (writable, handled & ~_EXECUTE)):
            for path in paths:
                _allow(libc, ruleset, path, rights)
        _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        file = os.open(path, _O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = struct.pack("=Qi", rights if path.is_dir() else rights & _FILE, file)
        _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0), f"landlock_add_rule of {path}")
    finally:
        if not path.is_relative_to(_PROC):
            os.close(file)


def _checked(result: int, call: str) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{call} was refused")
    return result
