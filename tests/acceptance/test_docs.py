"""Every snippet of the pages for users does what the page says, on one real service.

They run as they are printed, in order, page by page; documents in JSON are posted as dry runs. The tutorial's own
variables make a rehearsal of it: the digits that come with scikit-learn, two epochs, two seeds. What starts servers and
needs machines, `docs/distributed.md` and what stays up, has tests of its own.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gradus import Spec
from gradus.client import Credentials
from tests.servers.commands import forked_commands
from tests.servers.processes import ROOT, Program, http_client, saved_access, saved_client
from tests.servers.snippets import Reader, Snippet, interpreters, session, snippets

PAGES = (
    *(
        "README.md",
        "docs/tutorial.md",
        "docs/tutorial-your-data.md",
        "docs/recipes.md",
        "docs/client.md",
        "docs/sweeps.md",
    ),
    *("docs/cli.md", "docs/keys.md"),
)
LANGUAGES = frozenset({"bash", "console", "python", "json"})
REHEARSAL = {"DATASET": "digits", "EPOCHS": "2", "SEEDS": "2"}
STAYS = ("scripts/", "gradus up")
"""The beginnings of commands that are not run, because they build an environment or do not end."""
PENGUINS = Path(os.environ.get("GRADUS_DATASETS_DIR", "")) / "tables" / "penguins.csv"
SPEC = Spec(dataset="digits", layers=[16], epochs=2)


@dataclass(frozen=True)
class Place:
    """The reader's machine: it runs a service that already has some of the reader's experiments."""

    folder: Path
    access: Credentials
    programs: Path
    """The folder of programs that `forked_commands` has made."""
    names: Mapping[str, str]
    """For each name on the pages, the name that replaces it in this test."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service started by `gradus up` with its own data folder."""
    folder = tmp_path_factory.mktemp("docs")
    env = {"GRADUS_DATA_DIR": str(folder)}
    with (
        Program(folder / "up.log", "hub.embedded", "--port", 0, env=env) as program,
        forked_commands() as programs,
    ):
        program.wait_for("is ready")
        with saved_client(folder) as client:
            run, key = client.experiments.create(SPEC).id, client.keys.create("old")
        address = {"http://127.0.0.1:8000": saved_access(folder).url, "dataset=mnist": "dataset=digits"}
        address["~/.gradus/client.json"] = str(folder / "client.json")
        ids = {"exp_01m81q9s0ke318d4xdcn4hsegr": run, "4hsegr": run[-6:], "key_01m7…": key.id}
        yield Place(folder, saved_access(folder), programs, address | ids)


def environment(place: Place, home: Path) -> dict[str, str]:
    """The environment variables of a reader: the programs on the PATH, the URL of the service, and a home folder."""
    programs = f"{place.programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    service = {"GRADUS_URL": place.access.url, "GRADUS_DATA_DIR": str(place.folder)}
    return {"PATH": programs, "HOME": str(home), "PYTHONPATH": str(ROOT), **service, **REHEARSAL}


@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_of_a_page_run(page: str, place: Place, tmp_path: Path) -> None:
    for spec, optimizer in (("adam.yaml", "adam"), ("sgd.yaml", "sgd")):
        (tmp_path / spec).write_text(SPEC.model_copy(update={"name": optimizer}).model_dump_json())
    if page == "docs/tutorial-your-data.md":  # which downloads it
        if not PENGUINS.is_file():
            pytest.skip("tables/penguins.csv is not in GRADUS_DATASETS_DIR")
        shutil.copy(PENGUINS, tmp_path)
    found = [one for one in snippets(ROOT / page) if one.language in LANGUAGES]
    assert found
    with interpreters(tmp_path, place.programs, environment(place, tmp_path)) as reader:
        for snippet in found:
            try:
                does_what_it_says(place, reader, snippet)
            except AssertionError as error:
                pytest.fail(f"{snippet.place}\n{snippet.text}\n{error}", pytrace=False)


def does_what_it_says(place: Place, reader: Reader, snippet: Snippet) -> None:
    """Run the snippet. It must succeed; where the page shows an output, the actual output must begin in the same
    way."""
    text = snippet.text
    for name, here in place.names.items():
        text = text.replace(name, here)
    snippet = replace(snippet, text=text)
    if snippet.language == "json":
        post(place.access, snippet)
    elif snippet.language == "console":
        for typed in session(snippet):
            if not typed.command.startswith(STAYS):
                printed = reader.type(replace(snippet, language="bash", text=typed.command))
                assert printed.startswith(typed.beginning), printed
    else:
        reader.type(snippet)


def post(service: Credentials, snippet: Snippet) -> None:
    """Post the document as a dry run, which must be accepted."""
    kind = "sweeps" if "base" in json.loads(snippet.text) else "experiments"
    headers = {"Content-Type": "application/json"}
    with http_client(service) as client:
        answer = client.post(f"/v1/{kind}?dry_run=true", content=snippet.text.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
