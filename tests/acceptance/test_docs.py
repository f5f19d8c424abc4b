"""Every snippet of the pages for users does what the page says, on one real service.

They run as they are printed, in order, page by page; documents in JSON are posted as dry runs. The tutorial's own
variables make a rehearsal of it: the digits that come with scikit-learn, two epochs, two seeds.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gradus.client import Access
from tests.servers.processes import ROOT, Program, saved_access
from tests.servers.snippets import Snippet, interpreters, snippets

PAGES = ("README.md", "docs/tutorial.md", "docs/recipes.md", "docs/client.md", "docs/sweeps.md")
REHEARSAL = {"DATASET": "digits", "EPOCHS": "2", "SEEDS": "2"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """What `gradus up` starts, on a folder of its own."""
    folder = tmp_path_factory.mktemp("docs")
    env = {"GRADUS_DATA_DIR": str(folder)}
    with Program(folder / "up.log", "gradus.cli", "up", "--port", 0, env=env) as program:
        program.wait_for("is ready")
        yield saved_access(folder)


def environment(service: Access, folder: Path) -> dict[str, str]:
    """What a reader has: the programs of this environment, and the service's address."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": programs, "HOME": str(folder), "GRADUS_URL": service.url, "PYTHONPATH": str(ROOT), **REHEARSAL}


@pytest.mark.timeout(900)  # half a minute for the longest page; more beside other programs
@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_of_a_page_run(page: str, service: Access, tmp_path: Path) -> None:
    found = [one for one in snippets(ROOT / page) if one.language in {"bash", "python", "json"}]
    assert found
    with interpreters(tmp_path, environment(service, tmp_path)) as reader:
        for snippet in found:
            try:
                post(service, snippet) if snippet.language == "json" else reader.type(snippet)
            except AssertionError as error:
                pytest.fail(f"{snippet.place}\n{snippet.text}\n{error}", pytrace=False)


def post(service: Access, snippet: Snippet) -> None:
    """As a dry run."""
    kind = "sweeps" if "base" in json.loads(snippet.text) else "experiments"
    answer = httpx.post(
        f"{service.url}/v1/{kind}?dry_run=true",
        content=snippet.text.encode(),
        headers={"Content-Type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
