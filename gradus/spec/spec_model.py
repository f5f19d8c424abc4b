"""The base class of spec models, and the shorthands that a document may use for a model."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Self, Union, get_args, get_origin

from pydantic import BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, ValidationError, model_validator
from pydantic_core import CoreSchema

from gradus.described import Described
from gradus.spec import unknown_keys


class SpecModel(Described):
    """A frozen part of the spec. Validation refuses unknown keys, NaN, infinities and numbers in quotes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
    )

    def __init__(self, /, **fields: Any) -> None:
        """The values of the fields, by keyword.

        Raises:
            ValidationError: a value is invalid, or a keyword is unknown; the error says what may have been meant.
        """
        try:
            super().__init__(**fields)
        except ValidationError as error:
            if unknown_keys.in_document() or not _has_unknown_keys(error):
                raise
            from gradus.wire.keywords import explained  # noqa: PLC0415 (knows all requests)

            raise explained(error, type(self)) from None

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # validation of documents does not call it

    @classmethod
    def model_validate(cls, obj: Any, **settings: Any) -> Self:
        """Validate as Pydantic does, but report only a limited number of unknown keys."""
        with unknown_keys.limited():
            return super().model_validate(obj, **settings)

    @model_validator(mode="before")
    @classmethod
    def _drop_excess_keys(cls, value: Any) -> Any:
        return unknown_keys.drop_excess(value, cls.model_fields)


def _has_unknown_keys(error: ValidationError) -> bool:
    return any(detail["type"] == "extra_forbidden" for detail in error.errors(include_url=False))


class Expanded(dict[str, Any]):
    """An expanded shorthand. It remembers the shorthand, so that error messages quote what the client wrote."""

    def __init__(self, full: Mapping[str, Any], shorthand: Any) -> None:
        super().__init__(full)
        self.shorthand = shorthand


@dataclass(frozen=True, eq=False)
class Shorthand(BeforeValidator):
    """Expands a shorthand before validation, and adds the shorthand to the JSON Schema."""

    schema: dict[str, Any] | None = None
    kind_is_optional: bool = False
    """Whether `kind` may be omitted for one member of a union, so that the schema does not require it."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        full = handler(core_schema)
        if handler.mode == "serialization":
            return full
        if self.kind_is_optional:
            full = {key: value for key, value in full.items() if key != "discriminator"}
        forms = (self.schema or {}).get("anyOf", [self.schema])  # a shorthand may have several
        return {"anyOf": [*forms, full]}


def shorthand(expand: Callable[[Any], Any], schema: dict[str, Any], *, kind_is_optional: bool = False) -> Shorthand:
    """A shorthand that `expand` turns into the full value; `schema` is the JSON Schema of the shorthand alone."""

    def expand_and_remember(value: Any) -> Any:
        full = expand(value)
        return Expanded(full, value) if isinstance(full, dict) and full is not value else full

    return Shorthand(expand_and_remember, schema=schema, kind_is_optional=kind_is_optional)


def named(*kinds: str) -> Shorthand:
    """Shorthand for a model without parameters, its kind: `"adam"` for `{"kind": "adam"}`."""
    return shorthand(lambda value: {"kind": value} if isinstance(value, str) else value, {"enum": list(kinds)})


def tagged() -> Any:
    """A union whose members are distinguished by `kind`, which every object must have."""
    return Field(discriminator="kind", json_schema_extra={"required": ["kind"]})


def needs_kind(schema: dict[str, Any]) -> None:
    """Require `kind` in the JSON Schema of a layer that is not dense: a layer without a kind is dense."""
    schema["required"] = sorted({*schema.get("required", ()), "kind"})


def switch() -> Shorthand:
    """Shorthand `true` for a model with all its defaults."""
    return shorthand(lambda value: {} if value is True else value, {"const": True})


def spec_models_in(annotation: Any) -> tuple[type[SpecModel], ...]:
    """The spec models in the unions of an annotation, in order."""
    if isinstance(annotation, type) and issubclass(annotation, SpecModel):
        return (annotation,)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return spec_models_in(parts[0])
    if origin in {Union, UnionType}:
        return tuple(model for part in parts for model in spec_models_in(part))
    return ()


def kind_of(model: type[SpecModel]) -> str:
    """The model's `kind`; for a model without one, its class name in snake case."""
    if "kind" in model.model_fields:
        return str(model.model_fields["kind"].default)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
