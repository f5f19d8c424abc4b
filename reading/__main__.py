"""The reading process: one `ReadRequest` on standard input, lines of `reading.messages` on standard output.

Usage: python -m reading PARENT, with the process id of its parent. The current folder is that of the stored table.
"""

import errno
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import duckdb

from reading.examine import examine
from reading.failure import AROUND, LOGGED, ReadingFailed, disk_full, out_of_memory
from reading.files import read_files
from reading.full_disk import is_disk_full
from reading.job import Job
from reading.machine import is_out_of_memory, is_refused, is_too_long
from reading.messages import Failed, Line, Log, Result, Stored
from reading.report import Report
from reading.request import ReadRequest
from reading.sandbox.confine import confine, die_with, renew_processor_time

_LONGEST = 2000
"""Maximum number of characters of a message."""
_WORDS = 200
"""Maximum number of characters that are kept of a library's message."""


def main() -> None:
    """Run the reading process."""
    die_with(int(sys.argv[1]))
    send = _sender()
    request = ReadRequest.model_validate_json(sys.stdin.buffer.readline())
    for sentence in confine(request):
        send(Log(text=sentence))
    try:
        job = Job(request, Report(send))
        if request.table is None:
            read_files(job)
            send(Stored())
            renew_processor_time(request)
        examine(job, send)
    # Any error of any library. A panic of Rust code is not even an Exception.
    except BaseException as error:
        failed = refusal(error, request)
        if failed.code in LOGGED:
            traceback.print_exception(error)
        send(_line(failed))
    else:
        send(Result())


def refusal(error: BaseException, request: ReadRequest) -> ReadingFailed:
    """The refusal that an error of a reader or a library is reported as."""
    if isinstance(error, ReadingFailed):
        return error
    if failed := _of_machine(error, request):
        return failed
    if isinstance(error, duckdb.Error) or type(error).__name__ == "PanicException":  # a panic of Rust code
        return ReadingFailed("data_error", f"The file is damaged: {_words(error)}")
    return ReadingFailed(
        "reader_fault", f"Reading failed because of a bug in Gradus: {type(error).__name__}: {_words(error)}"
    )


def _of_machine(error: BaseException, request: ReadRequest) -> ReadingFailed | None:
    """The refusal for an error that says nothing about the file."""
    if is_disk_full(error):
        return disk_full(Path.cwd())
    if is_out_of_memory(error):
        return out_of_memory(request.limits.memory_mib)
    if is_too_long(error):
        return ReadingFailed("too_large", f"The table is larger than a file may be: {os.strerror(errno.EFBIG)}.")
    if is_refused(error):
        return ReadingFailed("machine_error", f"The machine, not the file, hindered the reading: {_words(error)}")
    return None


def _words(error: BaseException) -> str:
    return str(error).splitlines()[0][:_WORDS] if str(error) else ""


def _sender() -> Callable[[Line], None]:
    """A function that writes lines to the original standard output. What libraries print goes to standard error
    instead."""
    lines = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def send(line: Line) -> None:
        lines.write(line.model_dump_json().encode() + b"\n")
        lines.flush()

    return send


def _line(failed: ReadingFailed) -> Failed:
    record = failed.record()
    record["message"] = record["message"][:_LONGEST]
    record["around"] = record["around"] and record["around"][:AROUND]
    return Failed(failure=record)


if __name__ == "__main__":
    main()
