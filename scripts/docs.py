"""Generates the reference pages of `docs/` from the code: `python -m scripts.docs`. `--check` only compares."""

import sys
from collections.abc import Callable
from pathlib import Path

from scripts.cli_page import cli_page
from scripts.findings_page import finding_pages, findings_page
from scripts.http_page import http_page
from scripts.lab_page import lab_page
from scripts.spec_page import spec_page

DOCS = Path(__file__).parent.parent / "docs"

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "findings.md": findings_page,
    **finding_pages(),
    "http.md": http_page,
    "lab.md": lab_page,
    "spec.md": spec_page,
}
"""Every generated page, and the function that generates it."""


def stale() -> list[str]:
    """The pages that differ from the code."""
    return [name for name, page in PAGES.items() if _content(DOCS / name) != page()]


def write() -> None:
    for name, page in PAGES.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(page(), encoding="utf-8")


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        for name in stale():
            print(f"docs/{name} is stale: run python -m scripts.docs")
        return len(stale())
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
