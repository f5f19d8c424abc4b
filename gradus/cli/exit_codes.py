"""Exit codes, the same for every command."""

from collections.abc import Iterable
from enum import IntEnum

from gradus.status import Status


class Exit(IntEnum):
    """The exit codes, each with its meaning."""

    meaning: str

    OK = 0, "success; every run that was waited for has succeeded"
    FAILED = 1, "a run that was waited for did not succeed, or the doctor found a problem"
    REFUSED = 2, "the command, the spec or the request is wrong"
    UNREACHABLE = 3, "no service answers, it failed to answer, or it did not start"
    ALREADY_RUNNING = 4, "`gradus up`: another service is using the data folder"
    INTERRUPTED = 130, "Ctrl-C; runs that were watched continue"
    BROKEN_PIPE = 141, "the reader of the output has gone, as in `gradus ls | head -1`"

    def __new__(cls, code: int, meaning: str) -> "Exit":
        """A code with its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


def code_of_runs(statuses: Iterable[str]) -> Exit:
    """The exit code after waiting for runs."""
    return Exit.OK if all(status is Status.SUCCEEDED for status in statuses) else Exit.FAILED
