"""The dashboard's HTML: one document for all its pages, each with preload links to the modules that the page needs.

Without preload links, a browser would discover imports level by level, as each module arrives. The styles are
concatenated into one file, because browsers fetch styles before modules. The URLs contain a version that changes with
any file, so that browsers may cache the files permanently and never mix modules of two versions.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

PAGES = (Path(__file__).parent / "pages").resolve()
_FOLDER = PAGES / "dashboard"
_PAGE = re.compile(r'\bpath: "([^"]+)"[^{}]*import\("\./([^"]+)"\)')
_STYLE = re.compile(r' *<link rel="stylesheet" href="/pages/([^"]+)">\n')
_STYLES = re.compile(f"({_STYLE.pattern})+")
_IMPORT = re.compile(r'(?:^|;)(?:import|export)\b[^"(]*?"(\.\.?/[^"]+)"', re.MULTILINE)


NOT_FOUND_PATH = ""
"""The key of the document for unknown paths."""


def version(*others: str) -> str:
    """The version of the pages: a hash of all their files and of `others`, which are served with them."""
    digest = hashlib.sha256("\0".join(others).encode())
    for file in sorted(PAGES.rglob("*.*")):
        digest.update(str(file.relative_to(PAGES)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def styles() -> str:
    """The style sheets that the document links, concatenated in order."""
    return "".join((PAGES / name).read_text() for name in _STYLE.findall(_document()))


def rooted(document: str, root: str) -> str:
    """The document with the path prefix in front of all its URLs."""
    return document.replace('="/', f'="{root}/') if root else document


def documents(below: str, head: str = "") -> dict[str, str]:
    """The HTML for each path template in the dashboard's registry, and for `NOT_FOUND_PATH`. Static files, with the
    styles as `dashboard.css`, are under the path `below`; `head` is added to the HTML's head."""
    shell = _STYLES.sub('    <link rel="stylesheet" href="/pages/dashboard.css">\n', _document(), count=1)
    pages = _PAGE.findall((_FOLDER / "registry.js").read_text())
    common = _imported(_FOLDER / "app.js", {})
    links = {path: _links(_imported(_FOLDER / module, common)) for path, module in pages} | {
        NOT_FOUND_PATH: _links(common)
    }
    complete = {
        path: shell.replace("  </head>", head + links_of_page + "  </head>") for path, links_of_page in links.items()
    }
    return {path: text.replace('"/pages/', f'"{below}/') for path, text in complete.items()}


def _document() -> str:
    return (_FOLDER / "index.html").read_text()


def _links(modules: Mapping[Path, None]) -> str:
    return "".join(f'    <link rel="modulepreload" href="/pages/{module.relative_to(PAGES)}">\n' for module in modules)


def _imported(module: Path, known: dict[Path, None]) -> dict[Path, None]:
    """`known`, extended by the module and all modules that it imports, directly or indirectly."""
    if module in known:
        return known
    known = {**known, module: None}
    for name in _IMPORT.findall(module.read_text()):
        known = _imported((module.parent / name).resolve(), known)
    return known
