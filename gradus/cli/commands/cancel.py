"""`gradus cancel`."""

from gradus.cli import control
from gradus.cli.options import Ids, Json, Url
from gradus.client import calls
from gradus.status import Status


def command(given: Ids, as_json: Json = False, url: Url = None) -> None:
    """End experiments for good.

    A running one ends within a second. What it has done so far is kept. Asking twice is harmless.
    """
    control.ask(given, calls.cancel, becomes=Status.CANCELLED, as_json=as_json, url=url)
