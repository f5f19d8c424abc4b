"""Files, folders and modules that the documentation mentions exist."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[3]
PAGES = ("README.md", *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))))
PACKAGES = "gradus|hub|api|worker|models|benchmarks|scripts|migrations"
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:py|js|css|html|toml|md|yml|txt|mako)")
FOLDER = re.compile(r"(?:[a-z_]+/)+")
MODULE = re.compile(rf"(?:{PACKAGES})(?:\.\w+)+")
COMMAND = re.compile(rf"python -m ((?:{PACKAGES})(?:\.\w+)*)")
MADE = {"run.py", "card.md"}
"""Names of files that the service generates."""
PLACEHOLDER = ".NAME"
"""Stands for the name of a module that the reader chooses."""


def tracked() -> list[PurePosixPath]:
    """The paths of all files of the repository, relative to its root."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [PurePosixPath(line) for line in listed.stdout.splitlines()]


TRACKED = tracked()
FILES = {str(PurePosixPath(*path.parts[start:])) for path in TRACKED for start in range(len(path.parts))}
"""Every file, also by each end of its path, because a page about a folder may omit the folder."""
FOLDERS = {f"{PurePosixPath(end).parent}/" for end in FILES} | {f"{PurePosixPath(end).parts[0]}/" for end in FILES}


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def codes(page: str) -> Iterator[str]:
    """The texts between backticks on a page."""
    return (match[1] for match in CODE.finditer(text(page)))


def module_file(name: str) -> tuple[Path, list[str]] | None:
    """The file of the longest module in a dotted name, and the rest of the name."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:end])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return file, parts[end:]
    return None


def defined(name: str) -> bool:
    """Whether the module exists and mentions the rest of the name."""
    found = module_file(name)
    if found is None:
        return False
    file, rest = found
    source = file.read_text(encoding="utf-8")
    return all(re.search(rf"\b{re.escape(part)}\b", source) for part in rest)


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_mentions_exists(page: str) -> None:
    missing = {code for code in codes(page) if FILE.fullmatch(code) and code not in FILES}
    assert missing <= MADE


@pytest.mark.parametrize("page", PAGES)
def test_every_folder_that_a_page_mentions_exists(page: str) -> None:
    missing = {code for code in codes(page) if FOLDER.fullmatch(code) and code not in FOLDERS}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_module_that_a_page_mentions_exists(page: str) -> None:
    mentioned = {code for code in codes(page) if MODULE.fullmatch(code) and not FILE.fullmatch(code)}
    mentioned |= set(COMMAND.findall(text(page)))
    assert {name for name in mentioned if not name.endswith(PLACEHOLDER) and not defined(name)} == set()


def test_a_file_folder_or_module_that_does_not_exist_is_found() -> None:
    assert "hub/turns.py" not in FILES
    assert "hub/turns/" not in FOLDERS
    assert not defined("hub.jobs.turn_taking")
    assert not defined("worker.training.train.teach")
    assert defined("worker.training.train.train")
