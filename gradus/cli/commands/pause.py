"""`gradus pause`."""

from gradus.cli import control
from gradus.cli.options import Ids, Json, Url
from gradus.client import calls
from gradus.status import Status


def command(given: Ids, as_json: Json = False, url: Url = None) -> None:
    """Stop experiments at a checkpoint, to be resumed.

    A running one stops within a second, in the middle of an epoch too. Asking twice is harmless.
    """
    control.ask(given, calls.pause, becomes=Status.PAUSED, as_json=as_json, url=url)
