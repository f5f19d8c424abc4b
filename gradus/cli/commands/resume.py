"""`gradus resume`."""

from gradus.cli import control
from gradus.cli.options import Ids, Json, Url
from gradus.client import calls


def command(given: Ids, as_json: Json = False, url: Url = None) -> None:
    """Let paused experiments go on.

    Their numbers are those of runs that were never paused.
    """
    control.ask(given, calls.resume, as_json=as_json, url=url)
