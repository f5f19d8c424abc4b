"""Values of which a newer service may have more: the known ones are read as what they are, others are kept as they
came. What is sent stays strict."""

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
    """A word that only a newer service knows."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The word, as members of an enum have it."""
        return str(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, handler(str))


class UnknownStatus(UnknownValue):
    """A status that only a newer service knows."""

    __slots__ = ()

    @property
    def final(self) -> bool:
        """Nobody here can tell; `ExperimentRecord.over` does."""
        return False


class _KnownForms:
    """Describes the known forms alone, which are the first of the union: they are all that this version answers."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        known: dict[str, Any] = handler(schema)["anyOf"][0]
        return known


def _unless_validated(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """What has been validated already is not validated again: rules that span keys would be."""
    return value if isinstance(value, SpecModel) else validate(value)


Open = Annotated[T | UnknownValue, Field(union_mode="left_to_right"), _KnownForms()]
"""A member of an enum, or a word that it does not have here."""
OpenStatus = Annotated[Status | UnknownStatus, Field(union_mode="left_to_right"), _KnownForms()]
"""What an experiment is doing, or a status that is not known here."""
Document = Annotated[
    T | dict[str, Any], Field(union_mode="left_to_right"), WrapValidator(_unless_validated), _KnownForms()
]
"""A piece that was sent once, such as a spec; a mapping where it has keys or kinds that are not known here."""
