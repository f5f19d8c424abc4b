"""Docstrings of fields as descriptions in JSON Schemas, as Pydantic itself would have them."""

import subprocess
import sys
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from gradus.described import Described, descriptions


def models(base: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Models that differ only in who describes their fields."""

    class Inner(base):  # type: ignore[misc, valid-type]
        """Its own words."""

        kind: Literal["inner"] = "inner"
        size: int
        """How large.

        In rows.
        """

    class Outer(base):  # type: ignore[misc, valid-type]
        inner: Inner
        """A part."""
        maybe: Inner | None = None
        """A part, if any."""
        all: list[Inner] = Field(default_factory=list, description="What is said first.")
        """What is said later."""
        from_: int = Field(alias="from")
        """Where it begins."""
        plain: int

        class Nested(base):  # type: ignore[misc, valid-type]
            size: int
            """Not the size of the others."""

    class Heir(Outer):
        """Has more."""

        plain: int
        """What had no words."""
        more: str = ""
        """More."""

    return {"inner": Inner, "outer": Outer, "nested": Outer.Nested, "heir": Heir}


class Reference(BaseModel):
    """Described by Pydantic, when the model is made."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Ours(Described):
    """Described when somebody asks."""


@pytest.mark.parametrize("name", models(Ours))
def test_the_schema_is_the_one_that_pydantic_makes(name: str) -> None:
    ours, reference = models(Ours)[name], models(Reference)[name]
    for mode in ("validation", "serialization"):
        assert ours.model_json_schema(mode=mode) == reference.model_json_schema(mode=mode)
    assert "Not the size of the others." not in str(models(Ours)["inner"].model_json_schema())


@pytest.mark.parametrize("name", models(Ours))
def test_the_descriptions_are_those_that_pydantic_reads(name: str) -> None:
    fields = models(Reference)[name].model_fields.items()
    assert descriptions(models(Ours)[name]) == {name: one.description for name, one in fields if one.description}


def test_a_model_without_source_has_no_descriptions() -> None:
    typed = """
from gradus.described import Described
class Typed(Described):
    size: int
    \"\"\"How large.\"\"\"
print(Typed.model_json_schema()["properties"]["size"])
"""
    done = subprocess.run([sys.executable, "-"], input=typed, capture_output=True, text=True, check=True)
    assert done.stdout == "{'title': 'Size', 'type': 'integer'}\n"
