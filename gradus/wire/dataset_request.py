"""Requests about data sets."""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from gradus.facts import Part
from gradus.spec.experiment import Notes, Tags
from gradus.spec.spec_model import SpecModel
from gradus.spec.target import MAX_TARGETS, ColumnName

MAX_FILES = 1000
DATASET_ID = "dst_"
UPLOAD_ID = r"^upl_[0-9a-z]{26}$"


def _name_fault(name: str) -> str | None:
    if name != name.strip():
        return "may not begin or end with a blank"
    if "/" in name or name in {".", ".."}:
        return "may not be '.' or '..' or contain '/': it is a part of URLs"
    if name.startswith(DATASET_ID):
        return f"may not begin with '{DATASET_ID}', as ids do"
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        return "may not contain control characters"
    return None


def _checked(name: str) -> str:
    if fault := _name_fault(name):
        raise PydanticCustomError("dataset_name", "{fault}", {"fault": fault})
    return name


DatasetName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_checked)]
FileName = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_checked)]
DefaultTarget = (
    ColumnName | Annotated[tuple[ColumnName, ...], Field(strict=False, min_length=1, max_length=MAX_TARGETS)] | None
)
"""One column or several; null for none."""


class DatasetFile(SpecModel):
    """A complete upload, as a file of a data set."""

    upload: str = Field(pattern=UPLOAD_ID)
    name: FileName | None = None
    """Its name; null for the upload's id."""
    split: Part | None = None
    """The part that its rows belong to; null if experiments' specs determine the split."""


Files = Annotated[tuple[DatasetFile, ...], Field(strict=False, min_length=1, max_length=MAX_FILES)]


class DatasetRequest(SpecModel):
    """The body of `POST /v1/datasets` as JSON."""

    name: DatasetName
    files: Files
    parse: dict[str, Any] = Field(default_factory=dict)
    """How to read the files; omitted options are guessed."""
    target: DefaultTarget = None
    """The default target, for specs without a `target`."""
    tags: Tags = ()
    notes: Notes = ""


class VersionRequest(SpecModel):
    """The body of `POST /v1/datasets/{dataset}/versions` as JSON."""

    files: Files | None = None
    """Null for the files of the newest version."""
    parse: dict[str, Any] | None = None
    """How to read the files; null for the options that were sent for the newest version."""


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class DatasetPatch(SpecModel):
    """The changes to a data set; omitted fields stay as they are."""

    name: DatasetName | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    tags: Tags | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    notes: Notes | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    target: DefaultTarget = Field(default=None, json_schema_extra=_without_default)
    """The default target, for specs without a `target`; null for none."""
