"""Query parameters and headers that several routes share."""

from typing import Annotated, Any

from fastapi import Header, Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.limits import LARGEST, WAIT_SECONDS
from gradus.nearest import nearest


class Query(BaseModel):
    """Query parameters. Unknown names are refused: a filter with a typo would otherwise silently show everything."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: dict[str, Any]) -> dict[str, Any]:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for name in given:
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean '{near}'?" if near else f"known parameters: {', '.join(known)}"
                raise PydanticCustomError(
                    "unknown_parameter", "unknown parameter '{place}': {hint}", {"place": name[:100], "hint": hint}
                )
        return given


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul", "may not contain NUL characters")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_without_nul)]
After = Annotated[int, Field(ge=0, le=LARGEST)]
Wait = Annotated[int, Field(ge=0, le=WAIT_SECONDS)]
SweepId = Annotated[str, Path(description="The sweep's id, `swp_…`.", examples=["swp_01kap3v8n0c2q5w8z1t4y7b0df"])]
ExperimentId = Annotated[
    str, Path(description="The experiment's id, `exp_…`.", examples=["exp_01kap3v8n0c2q5w8z1t4y7b0df"])
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        description="A repeat with the same key, path and body gets the first response; with another body, 409.",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
    ),
]
DatasetKey = Annotated[str, Path(description="The data set's id or name.", examples=["mnist"])]
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000, description="Number of the version, from 1.")]
