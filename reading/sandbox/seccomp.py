"""A system-call filter: no network, no new processes, no access to other processes.

A program of the kernel's classic BPF, installed with `seccomp(2)` for all threads of the process. It needs no
privileges and cannot be removed again. Denied calls fail with EPERM.
"""

import ctypes
import errno
import os
import platform
import struct
from typing import NamedTuple

_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_CLONE_THREAD = 0x00010000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""BPF: load a word of `seccomp_data`; jump if equal, if at least, if a bit is set; return."""
_NUMBER, _ARCHITECTURE, _ARGUMENT_0 = 0, 4, 16
"""Offsets in `seccomp_data`, of a little-endian machine."""


class _Machine(NamedTuple):
    audit: int
    seccomp: int
    denied: dict[str, int]
    clone: int
    signals: dict[str, int]
    """Calls that send a signal to the process in their first argument."""


_COMMON = {"io_uring_setup": 425, "pidfd_send_signal": 424, "pidfd_open": 434, "pidfd_getfd": 438}
_CLONE3 = 435
_X32 = 0x40000000
"""The bit that marks calls of the x32 ABI on x86-64."""

_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000003E,
        seccomp=317,
        denied={
            **_COMMON,
            "socket": 41,
            "socketpair": 53,
            "fork": 57,
            "vfork": 58,
            "execve": 59,
            "execveat": 322,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "bpf": 321,
            "perf_event_open": 298,
            "userfaultfd": 323,
            "mount": 165,
            "unshare": 272,
            "setns": 308,
            "open_by_handle_at": 304,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
        },
        clone=56,
        signals={"kill": 62, "tkill": 200, "tgkill": 234},
    ),
    "aarch64": _Machine(
        audit=0xC00000B7,
        seccomp=277,
        denied={
            **_COMMON,
            "socket": 198,
            "socketpair": 199,
            "execve": 221,
            "execveat": 281,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "bpf": 280,
            "perf_event_open": 241,
            "userfaultfd": 282,
            "mount": 40,
            "unshare": 97,
            "setns": 268,
            "open_by_handle_at": 265,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
        },
        clone=220,
        signals={"kill": 129, "tkill": 130, "tgkill": 131},
    ),
}


def deny_network_and_processes() -> None:
    """Install the filter in this process, for good.

    Raises:
        OSError: the kernel refuses, or this machine has no filter.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or platform.system() != "Linux":
        raise OSError(errno.ENOSYS, f"no filter of system calls is known for {platform.system()} {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS) was refused")
    code = _program(machine, os.getpid())
    instructions = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(instructions))
    failed = libc.syscall(machine.seccomp, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC, program)
    if failed:
        raise OSError(ctypes.get_errno(), "seccomp was refused")


def _program(machine: _Machine, pid: int) -> bytes:
    """The filter's instructions, each as a `struct sock_filter`."""
    permission, no_such_call = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
    code = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, machine.audit, 1, 0),
        _step(_RETURN, permission),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, permission),
        # glibc then calls `clone`, whose flags the filter can see: those of `clone3` are behind a pointer.
        _step(_EQUAL, _CLONE3, 0, 1),
        _step(_RETURN, no_such_call),
    ]
    for number in machine.denied.values():
        code += [_step(_EQUAL, number, 0, 1), _step(_RETURN, permission)]
    code += _only_if(machine.clone, _step(_ANY_BIT, _CLONE_THREAD, 1, 0))
    for number in machine.signals.values():
        code += _only_if(number, _step(_EQUAL, pid, 1, 0))
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def _only_if(number: int, test: bytes) -> list[bytes]:
    """Deny calls with this number unless their first argument passes the test."""
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _ARGUMENT_0),
        test,
        _step(_RETURN, _ERRNO | errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _step(code: int, k: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, k)
