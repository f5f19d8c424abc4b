"""All checks, one after the other."""

import os
from collections.abc import Iterator
from pathlib import Path

from gradus.cli.doctor import data, here, port, storage, there
from gradus.cli.doctor.check import Check, State, problem, warning
from gradus.client import Access, find_access
from gradus.client.access import data_dir
from gradus.errors import GradusError, Unavailable


def examine(url: str | None) -> Iterator[Check]:
    """As they are found: some take a second."""
    folder, homeless = _folder()
    yield here.python()
    yield here.parts()
    yield here.torch()
    yield here.open_files()
    if homeless is not None:
        yield homeless
    if folder is not None:
        yield from here.folder(folder)
        yield from storage.storage(folder)
    access, trouble = _access(url)
    if trouble is not None:
        yield trouble
    answered = list(there.service(access, meant=bool(url or os.environ.get("GRADUS_URL")))) if access else []
    yield from answered
    yield from _datasets(access, folder, alive=len(answered) > 1)
    yield port.port(access if len(answered) > 1 else None)


def _folder() -> tuple[Path | None, Check | None]:
    """Who only talks to a service elsewhere needs none."""
    try:
        return data_dir(), None
    except GradusError as error:
        return None, warning(
            "data folder", error.detail, "a service that starts here needs one, a client elsewhere not"
        )


def _access(url: str | None) -> tuple[Access | None, Check | None]:
    try:
        return find_access(url), None
    except Unavailable as error:
        return None, Check("service", State.WARNING, error.detail)  # which says what to do
    except GradusError as error:
        return None, problem("service", error.detail, "correct --url or GRADUS_URL")


def _datasets(access: Access | None, folder: Path | None, *, alive: bool) -> Iterator[Check]:
    """As the service sees them, where one answers: it may look in other folders than this shell's environment names."""
    told = list(data.there(access)) if access is not None and alive else []
    if told or folder is None or (access is not None and alive and not access.local):
        return iter(told)
    return data.here(folder)
