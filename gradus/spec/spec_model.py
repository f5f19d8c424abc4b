"""The base of every piece of the spec: a frozen, closed class, and the shorthands that stand for one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Self, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from gradus.spec import unknown_keys


class SpecModel(BaseModel):
    """A frozen piece of the spec. Unknown keys, NaN, infinities and numbers in quotes are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )

    @classmethod
    def model_validate(cls, obj: Any, **settings: Any) -> Self:
        """As Pydantic's; of a document with thousands of unknown keys not all become mistakes."""
        with unknown_keys.counted():
            return super().model_validate(obj, **settings)

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, value: Any) -> Any:
        return unknown_keys.bounded(value, cls.model_fields)


class Expanded(dict[str, Any]):
    """What an abbreviation stands for, and the abbreviation: a mistake is told with what the client wrote."""

    def __init__(self, full: Mapping[str, Any], abbreviation: Any) -> None:
        super().__init__(full)
        self.abbreviation = abbreviation


@dataclass(frozen=True, eq=False)
class Shorthand(BeforeValidator):
    """Expands an abbreviation before validation, and tells the JSON Schema that it is accepted."""

    schema: dict[str, Any] | None = None

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        full = handler(core_schema)
        return full if handler.mode == "serialization" else {"anyOf": [self.schema, full]}


def shorthand(expand: Callable[[Any], Any], schema: dict[str, Any]) -> Shorthand:
    """The abbreviation that `expand` writes out; `schema` is the JSON Schema of the abbreviation alone."""

    def write_out(value: Any) -> Any:
        full = expand(value)
        return Expanded(full, value) if isinstance(full, dict) and full is not value else full

    return Shorthand(write_out, schema=schema)


def named(*kinds: str) -> Shorthand:
    """The bare name of a kind: `"adam"` for `{"kind": "adam"}`."""
    return shorthand(lambda value: {"kind": value} if isinstance(value, str) else value, {"enum": list(kinds)})


def tagged() -> Any:
    """A union whose member is named by its `kind`, which an object may not leave out."""
    return Field(discriminator="kind", json_schema_extra={"required": ["kind"]})


def switch() -> Shorthand:
    """`true` for a piece with all its defaults."""
    return shorthand(lambda value: {} if value is True else value, {"const": True})


def spec_models_in(annotation: Any) -> tuple[type[SpecModel], ...]:
    """The pieces of the spec that an annotation's unions are made of, in their order."""
    if isinstance(annotation, type) and issubclass(annotation, SpecModel):
        return (annotation,)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return spec_models_in(parts[0])
    if origin in {Union, UnionType}:
        return tuple(word for part in parts for word in spec_models_in(part))
    return ()


def kind_of(word: type[SpecModel]) -> str:
    """Its tag; for the only one of its family, which needs none, its name in that form."""
    if "kind" in word.model_fields:
        return str(word.model_fields["kind"].default)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word.__name__).lower()
