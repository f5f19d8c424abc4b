"""Why a reading process was killed."""

import shutil
import signal

from reading.failure import ReadingFailed, disk_full, out_of_memory
from reading.request import MIB, ReadRequest

NO_ROOM = MIB
"""Free disk space in bytes below which a bus error (SIGBUS) of the process is taken for a full disk."""
_NO_MEMORY = ("bad_alloc", "memory allocation of")
"""What C++ and Rust write to standard error before they abort for want of memory."""


def killed(code: int, stderr: str, request: ReadRequest) -> ReadingFailed:
    """The failure of a reading process with this exit code, negative for a signal, that did not say why it failed.
    `stderr` is the end of its standard error."""
    limits = request.limits
    if code == -signal.SIGXCPU:
        return ReadingFailed(
            "too_large",
            f"Reading took more processor time than the {request.cpu_seconds:.0f} s that files of this size may take.",
        )
    if code == -signal.SIGKILL:
        return ReadingFailed("too_large", "The system ended the reading, probably because memory ran out.")
    if code == -signal.SIGBUS and shutil.disk_usage(request.out).free < NO_ROOM:
        return disk_full(request.out)  # there was no space for a page of a mapped file
    if code == -signal.SIGABRT and any(words in stderr for words in _NO_MEMORY):
        return out_of_memory(limits.memory_mib)
    if code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
        return ReadingFailed(
            "data_error",
            f"The reader crashed ({signal.Signals(-code).name}): the file is damaged, or reading it needs more than "
            f"{limits.memory_mib} MiB of memory.",
        )
    words = stderr.strip().rsplit("\n", 1)[-1]
    return ReadingFailed("reader_fault", f"The reading process ended with code {code}: {words}")
