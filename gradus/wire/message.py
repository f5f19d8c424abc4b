"""The base class of all responses of the server."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import ConfigDict, Field, PlainSerializer, WithJsonSchema

from gradus.described import Described


class Message(Described):
    """A frozen response. NaN and infinities are sent as the strings "NaN", "Infinity" and "-Infinity".

    Unknown keys are kept, because a newer server may send more; `gradus.wire.tolerant` does the same for values.
    Serialise with `model_dump_json`: the Python dump keeps NaN as it is.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        populate_by_name=True,
        serialize_by_alias=True,
        ser_json_inf_nan="strings",
        defer_build=True,  # a client needs only a few of the models
        json_schema_serialization_defaults_required=True,
    )


def rfc3339(moment: datetime) -> str:
    """The time in UTC with microseconds, e.g. 2026-11-22T12:30:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

NOT_FINITE = ["NaN", "Infinity", "-Infinity"]
"""The strings for numbers that JSON cannot represent."""
Number = Annotated[
    float, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "enum": NOT_FINITE}]}, mode="serialization")
]
"""A number from training: in JSON, and in the schema, a string if it is not finite."""
Finite = Annotated[float, Field(allow_inf_nan=False)]
"""A number that is always finite, so that it is a number in JSON, too. Every float in a response is this or a
`Number`."""
