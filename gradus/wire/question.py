"""The response to a request whose answer is still being computed."""

from typing import Literal

from gradus.wire.message import Message, Moment


class OpenQuestion(Message):
    """The body of a 202: get the path in `Location` for the answer."""

    id: str
    status: Literal["open"] = "open"
    created_at: Moment
