"""Errors as the command line prints them: a sentence, a hint, and an exit code."""

from gradus.cli.exit_codes import Exit
from gradus.errors import GradusError, ServerFault, Unavailable
from gradus.printable import printable


def code_of(error: GradusError) -> Exit:
    """The exit code of an error."""
    return Exit.UNREACHABLE if isinstance(error, Unavailable | ServerFault) else Exit.REFUSED


def message(error: GradusError) -> str:
    """What is wrong, where, and what may help."""
    mistakes = [f"  {one.path or 'the document'}: {one.message}" for one in error.errors]
    what = f"{len(mistakes)} mistakes in the spec" if len(mistakes) > 1 else error.detail
    if len(mistakes) == 1:
        what, mistakes = mistakes[0].strip(), []
    hint = HINTS.get(error.code)
    return "\n".join(map(printable, [f"error: {what}", *mistakes, *([f"hint: {hint}"] if hint else [])]))


HINTS = {
    "unreachable": "`gradus up` starts a service on this machine; --url or GRADUS_URL names another one",
    "invalid_spec": "`gradus catalog` lists what a spec can name; `gradus submit --example digits` is one that works",
    "not_found": "`gradus ls` lists the experiments",
    "no_key": "set GRADUS_KEY to an API key; the key of `gradus up` is found automatically on its own machine",
    "bad_key": "set GRADUS_KEY to a valid API key; `gradus keys ls` lists them",
    "disk_full": "deleting experiments with `gradus rm` needs some space, too; `gradus doctor` shows how much is free",
    "running": "`gradus cancel ID` ends it",
    "no_checkpoint": "only the checkpoints of the best and the last epoch are kept, and every n-th if the experiment "
    "was submitted with `--set checkpoint.every=n`; without --from-epoch a fork starts from scratch",
}
"""By the error's code."""
