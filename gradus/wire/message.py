"""The base of everything the server answers."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema


class Message(BaseModel):
    """A frozen answer. NaN and infinities travel as the strings "NaN", "Infinity" and "-Infinity".

    Keys that are not known here are kept, for a newer server has more; `gradus.wire.tolerant` does so for values.
    Serialise with `model_dump_json`: the Python dump keeps NaN as it is.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        populate_by_name=True,
        serialize_by_alias=True,
        ser_json_inf_nan="strings",
        use_attribute_docstrings=True,
        defer_build=True,  # a client needs few of them
        json_schema_serialization_defaults_required=True,
    )


def rfc3339(moment: datetime) -> str:
    """The moment in UTC with microseconds, e.g. 2026-11-22T12:30:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

NOT_FINITE = ["NaN", "Infinity", "-Infinity"]
"""How numbers that JSON does not have are spelled."""
Number = Annotated[
    float, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "enum": NOT_FINITE}]}, mode="serialization")
]
"""A number that training gives: in JSON a string where it is not finite, which the schema says."""
Finite = Annotated[float, Field(allow_inf_nan=False)]
"""A number that is always one in JSON, too. No answer has a float that is neither this nor a `Number`."""
