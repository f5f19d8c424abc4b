"""Errors as the command line prints them: a sentence, a hint, and an exit code."""

from gradus.cli.exit_codes import Exit
from gradus.errors import GradusError, ServerFault, Unavailable
from gradus.pointer import readable
from gradus.printable import printable


def code_of(error: GradusError) -> Exit:
    """The exit code of an error."""
    return Exit.UNREACHABLE if isinstance(error, Unavailable | ServerFault) else Exit.REFUSED


def message(error: GradusError) -> str:
    """The error message: what is wrong, where, and a hint."""
    mistakes = [f"  {readable(one.path) or 'the document'}: {one.message}" for one in error.errors]
    where = " in the spec" * _is_about_spec(error)
    what = f"{len(mistakes)} mistakes{where}" if len(mistakes) > 1 else error.detail
    if len(mistakes) == 1:
        what, mistakes = mistakes[0].strip(), []
    hint = _hint(error)
    return "\n".join(map(printable, [f"error: {what}", *mistakes, *([f"hint: {hint}"] if hint else [])]))


def _hint(error: GradusError) -> str | None:
    if error.code == "not_found":
        return _not_found_hint(error)
    if error.errors and all(one.path.startswith(COLUMN_PLACES) for one in error.errors):
        return "`gradus datasets show NAME` lists the columns of a data set"
    return HINTS.get(error.code) if error.code != "invalid_spec" or _is_about_spec(error) else None


def _is_about_spec(error: GradusError) -> bool:
    """Whether an invalid document is or contains a spec, judging by the URL that it was sent to."""
    if error.request is None:
        return True
    path = error.request.url.path
    return any(f"/v1/{family}" in path for family in ("experiments", "sweeps")) and not path.endswith("/predict")


def _not_found_hint(error: GradusError) -> str | None:
    """A hint at the command that lists resources of the kind that was not found, judging by the requested URL."""
    path = "/v1/experiments/" if error.request is None else error.request.url.path  # of several, it asks for a list
    return next((hint for family, hint in LISTS.items() if f"/v1/{family}/" in path), None)


COLUMN_PLACES = ("dataset/target", "dataset/columns")
"""Places in a spec where columns are named."""
LISTS = {
    "experiments": "`gradus ls` lists the experiments",
    "sweeps": "`gradus sweeps ls` lists the sweeps",
    "keys": "`gradus keys ls` lists the keys",
    "webhooks": "`gradus webhooks ls` lists the webhooks",
    "datasets": "`gradus datasets ls` lists the data sets",
}
"""For each kind of resource, the command that lists it; the keys are parts of URLs."""

HINTS = {
    "unreachable": "`gradus up` starts a service on this machine; --url or GRADUS_URL names another one",
    "invalid_spec": "`gradus catalog` lists what a spec can name; `gradus submit --example digits` submits a valid one",
    "no_finding": "`gradus datasets findings NAME` lists the findings",
    "no_experiment": LISTS["experiments"],
    "no_sweep": LISTS["sweeps"],
    "no_experiment_yet": "`gradus submit --example digits` queues one",
    "no_sweep_yet": "`gradus sweeps create --help` says how to create one",
    "no_key": "set GRADUS_KEY to an API key; the key of `gradus up` is found automatically on its own machine",
    "bad_key": "set GRADUS_KEY to a valid API key; `gradus keys ls` lists them",
    "disk_full": "deleting experiments with `gradus rm` needs some space, too; `gradus doctor` shows how much is free",
    "running": "`gradus cancel ID` ends it",
    "no_checkpoint": "only the checkpoints of the best and the last epoch are kept, and every n-th if the experiment "
    "was submitted with `--set checkpoint.every=n`; without --from-epoch a fork starts from scratch",
}
"""Hints by the error's code."""
