"""Types of values to which a newer service may add: known values are parsed, unknown ones are kept as received. What
the client sends is still validated strictly."""

from typing import Annotated, Any, TypeVar

from pydantic import (
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import CoreSchema, core_schema

from gradus.spec.spec_model import SpecModel
from gradus.status import Status

T = TypeVar("T")


class UnknownValue(str):
    """An unknown value of a newer service."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The text itself, as for members of an enum."""
        return str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, handler(str))


class UnknownStatus(UnknownValue):
    """An unknown status of a newer service."""

    __slots__ = ()

    @property
    def final(self) -> bool:
        """Unknown, so False; `ExperimentRecord.over` decides."""
        return False


class _KnownForms:
    """Puts only the known forms, the first member of the union, into the JSON Schema: this version sends no others."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        known: dict[str, Any] = handler(schema)["anyOf"][0]
        return known


def _unless_validated(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Validate the value, unless it is validated already: rules about several keys would run again."""
    return value if isinstance(value, SpecModel) else validate(value)


Open = Annotated[T | UnknownValue, Field(union_mode="left_to_right"), _KnownForms()]
"""A member of an enum, or an unknown value."""
OpenStatus = Annotated[Status | UnknownStatus, Field(union_mode="left_to_right"), _KnownForms()]
"""The status of an experiment, or an unknown status."""
Document = Annotated[
    T | dict[str, Any], Field(union_mode="left_to_right"), WrapValidator(_unless_validated), _KnownForms()
]
"""A document that a client sent earlier, such as a spec; a dictionary if it has unknown keys or kinds."""
