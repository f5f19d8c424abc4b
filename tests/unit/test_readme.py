"""The README's full spec is valid and complete, and its links lead somewhere."""

import json
import re
from pathlib import Path

from gradus import Spec

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_full_spec_is_valid_and_names_every_field_once() -> None:
    found = re.search(r"^```json\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert found is not None
    document = json.loads(found[1])
    assert list(document) == list(Spec.model_fields)
    Spec.model_validate(document)


def test_every_page_and_section_that_it_links_to_is_there() -> None:
    sections = {f"#{title.lower().replace(' ', '-')}" for title in re.findall(r"^## (.+)$", README, re.MULTILINE)}
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert target in sections or (Path(__file__).parents[2] / target).is_file(), target
