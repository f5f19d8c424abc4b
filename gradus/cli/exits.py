"""Exit codes, the same for every command, and the sentence that goes with an error."""

from enum import IntEnum

from gradus.errors import GradusError, ServerFault, Unavailable
from gradus.status import Status


class Exit(IntEnum):
    """What the shell gets to know."""

    OK = 0
    """Done; every run that was waited for has succeeded."""
    RUN_FAILED = 1
    """A run that was waited for failed or was cancelled."""
    REFUSED = 2
    """The command, the spec or the request is wrong."""
    UNREACHABLE = 3
    """No service answers, or it has a fault."""
    INTERRUPTED = 130
    """Ctrl-C."""


def code_of(error: GradusError) -> Exit:
    """The exit code of an error."""
    return Exit.UNREACHABLE if isinstance(error, Unavailable | ServerFault) else Exit.REFUSED


def sentence(error: GradusError) -> str:
    """The error for people: what is wrong, where, and what may help."""
    mistakes = [f"  {one.path or 'the document'}: {one.message}" for one in error.errors]
    hint = HINTS.get(error.code)
    what = f"mistakes in the spec: {len(mistakes)}" if mistakes else error.detail
    return "\n".join([f"error: {what}", *mistakes, *([f"hint: {hint}"] if hint else [])])


def code_of_runs(statuses: list[Status]) -> Exit:
    """The exit code after waiting for runs."""
    return Exit.OK if all(status is Status.SUCCEEDED for status in statuses) else Exit.RUN_FAILED


HINTS = {
    "unreachable": "`gradus up` starts a service on this machine; --url or GRADUS_URL names another",
    "invalid_spec": "docs/spec.md lists every field; `gradus submit --example digits` is one that works",
    "not_found": "`gradus ls` shows what there is",
    "no_key": "set GRADUS_KEY to a key of this service",
    "bad_key": "set GRADUS_KEY to a key of this service; `gradus keys list` shows which are good",
}
"""By the error's code."""
