"""The protocol between a worker and the process that answers a question: one JSON document on a line each way."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from gradus.wire.message import Message
from gradus.wire.problem import Problem
from hub.questions.question import Question

MOST_FILE_BYTES = 16 * 2**30
"""Maximum size of a file of an answer, even if the workspace may store more."""


class Ask(Message):
    """Answer this question."""

    question: Question
    dataset_dirs: tuple[str, ...]
    artifacts_url: str
    folder: str
    """An empty folder for the files of the answer."""
    file_bytes: int = MOST_FILE_BYTES
    """Maximum size of a file of the answer."""


class Answered(Message):
    """The answer."""

    kind: Literal["answered"] = "answered"
    answer: str
    """JSON."""


class Refused(Message):
    """The question has no answer, and asking it again would not change that."""

    kind: Literal["refused"] = "refused"
    problem: Problem


Reply = Answered | Refused
REPLIES: TypeAdapter[Reply] = TypeAdapter(Annotated[Reply, Field(discriminator="kind")])
