"""The dashboard's document: one for all its pages, each with links to the modules that it will need.

A module names its imports only once it is there: without the links a browser would find them level by level. Before
modules it fetches styles, and so gets all of them in one. What is linked stands below an address that changes with any
file, so that a browser may keep it without asking, and never mixes modules of two versions.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

PAGES = (Path(__file__).parent / "pages").resolve()
_FOLDER = PAGES / "dashboard"
_PAGE = re.compile(r'\{ path: "([^"]+)".*import\("\./([^"]+)"\)')
_STYLE = re.compile(r' *<link rel="stylesheet" href="/pages/([^"]+)">\n')
_STYLES = re.compile(f"({_STYLE.pattern})+")
_IMPORT = re.compile(r'(?:^|;)(?:import|export)\b[^"(]*?"(\.[^"]+)"', re.MULTILINE)


NOWHERE = ""
"""The path of the document for addresses that no page has."""


def version(*others: str) -> str:
    """A word for all files of the pages as they are now, and for what else is served below it."""
    digest = hashlib.sha256("\0".join(others).encode())
    for file in sorted(PAGES.rglob("*.*")):
        digest.update(str(file.relative_to(PAGES)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def styles() -> str:
    """All that the document links, in its order."""
    return "".join((PAGES / name).read_text() for name in _STYLE.findall(_document()))


def rooted(document: str, root: str) -> str:
    """The document with the root in front of every address that it names."""
    return document.replace('="/', f'="{root}/') if root else document


def documents(below: str, head: str = "") -> dict[str, str]:
    """The HTML of each address, `{names}` in it, that the dashboard's registry knows, and of `NOWHERE`; its files are
    `below`, its styles as `dashboard.css`, and what else its `head` has."""
    shell = _STYLES.sub('    <link rel="stylesheet" href="/pages/dashboard.css">\n', _document(), count=1)
    pages = _PAGE.findall((_FOLDER / "registry.js").read_text())
    frame = _imported(_FOLDER / "app.js", {})
    links = {path: _links(_imported(_FOLDER / module, frame)) for path, module in pages} | {NOWHERE: _links(frame)}
    whole = {path: shell.replace("  </head>", head + named + "  </head>") for path, named in links.items()}
    return {path: text.replace('"/pages/', f'"{below}/') for path, text in whole.items()}


def _document() -> str:
    return (_FOLDER / "index.html").read_text()


def _links(modules: Mapping[Path, None]) -> str:
    return "".join(f'    <link rel="modulepreload" href="/pages/{one.relative_to(PAGES)}">\n' for one in modules)


def _imported(module: Path, known: dict[Path, None]) -> dict[Path, None]:
    """The module and what it imports, and what that does, after what is known already."""
    if module in known:
        return known
    known = {**known, module: None}
    for name in _IMPORT.findall(module.read_text()):
        known = _imported((module.parent / name).resolve(), known)
    return known
