"""Saves pictures as files, and shows them."""

import re
import webbrowser
from pathlib import Path

from gradus.cli import output
from gradus.errors import BadRequest


def save(picture: bytes, path: Path | None, name: str, *, opened: bool) -> None:
    """Save a PNG as `path` or, if that is a folder, in it under a safe form of `name`; print where it is, and show it
    if that is wished.

    Raises:
        BadRequest: the file cannot be written.
    """
    target = _target(path or Path(), name)
    try:
        target.write_bytes(picture)
    except OSError as error:
        raise BadRequest(f"{target} cannot be written: {error.strerror}", code="no_file") from error
    output.say(str(target))
    if opened and not webbrowser.open(target.resolve().as_uri()):
        output.note("no program that shows pictures could be started")


def _target(path: Path, name: str) -> Path:
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "images"
    return path / f"{plain}.png" if path.is_dir() else path
