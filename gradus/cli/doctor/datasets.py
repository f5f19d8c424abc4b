"""The check of the data sets: which are available, and where their files are."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from gradus import environment
from gradus.built_in_facts import BuiltInFacts
from gradus.cli.doctor.check import Check, ok, warning
from gradus.client import Client, Credentials
from gradus.datasets import DATASETS
from gradus.errors import BadRequest, GradusError


def of_service(credentials: Credentials) -> Iterator[Check]:
    """Check the data sets of the service."""
    try:
        with Client(credentials.url, key=credentials.key) as client:
            records = [one.record for one in client.datasets.list()]
    except GradusError:  # the check of the service reports it
        return
    missing = [one.name for one in records if not one.available]
    present = [one.name for one in records if one.available]
    yield _check(present, missing, "into the data folder of the service")


def of_machine(data: Path, env: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Check the data sets in this machine's folders. Those that are part of scikit-learn need no files."""
    try:
        given = environment.folder(env, "GRADUS_DATASETS_DIR")
    except BadRequest as error:
        yield warning("data sets", error.detail, "correct it, or unset it")
        return
    folders = [*([given] if given else []), data / "datasets"]
    if given and not given.is_dir():
        yield warning("data sets", f"GRADUS_DATASETS_DIR: {given} does not exist", "correct it, or unset it")
    wanted = [facts for facts in DATASETS.values() if facts.files]
    present = {facts.name: folder for facts in wanted for folder in reversed(folders) if _has(folder, facts)}
    missing = [facts.name for facts in wanted if facts.name not in present]
    yield _check([f"{name} in {folder}" for name, folder in present.items()], missing, f"into {folders[0]}")


def _has(folder: Path, facts: BuiltInFacts) -> bool:
    """Whether the folder contains all files of the data set, compressed or not."""
    names = [folder / facts.name / file.name for file in facts.files]
    return all(path.is_file() or path.with_suffix("").is_file() for path in names)


def _check(present: list[str], missing: list[str], where: str) -> Check:
    if not missing:
        return ok("data sets", f"all available: {', '.join(present)}")
    found = [*present, f"missing: {', '.join(missing)}"]
    return warning("data sets", "; ".join(found), f"they are downloaded on first use; or copy their files {where}")
