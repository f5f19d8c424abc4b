"""Errors as the command line tells them: a sentence, a hint, and an exit code."""

from gradus.cli.exits import Exit
from gradus.errors import GradusError, ServerFault, Unavailable
from gradus.printable import printable


def code_of(error: GradusError) -> Exit:
    """The exit code of an error."""
    return Exit.UNREACHABLE if isinstance(error, Unavailable | ServerFault) else Exit.REFUSED


def sentence(error: GradusError) -> str:
    """What is wrong, where, and what may help."""
    mistakes = [f"  {one.path or 'the document'}: {one.message}" for one in error.errors]
    what = f"mistakes in the spec: {len(mistakes)}" if len(mistakes) > 1 else error.detail
    if len(mistakes) == 1:
        what, mistakes = mistakes[0].strip(), []
    hint = HINTS.get(error.code)
    return "\n".join(map(printable, [f"error: {what}", *mistakes, *([f"hint: {hint}"] if hint else [])]))


HINTS = {
    "unreachable": "`gradus up` starts a service on this machine; --url or GRADUS_URL names another",
    "invalid_spec": "`gradus catalog` lists what a spec can name; `gradus submit --example digits` is one that works",
    "not_found": "`gradus ls` shows what there is",
    "no_key": "set GRADUS_KEY to a key of this service; that of `gradus up` is found by itself on its own machine",
    "bad_key": "set GRADUS_KEY to a key of this service; `gradus keys list` shows which are good",
    "disk_full": "`gradus rm` needs room itself; `gradus doctor` tells how much there is",
    "running": "`gradus cancel ID` ends it",
    "no_checkpoint": "the best and the last epoch's checkpoints are kept, and every n-th one's of a run submitted with "
    "`--set checkpoint.every=n`; without --from-epoch a fork begins anew",
}
"""By the error's code."""
