"""The two lanes of questions: short ones, for whose answers somebody waits, and files with predictions, of an hour at
most. Each has a queue and slots of its own, so that files delay no short question."""

from sqlalchemy import ColumnElement

from hub.messaging.queue import FILE_PREFIX, FILES
from hub.tables import QuestionRow


def in_lane(lane: str) -> ColumnElement[bool]:
    """Whether a question's row is in a lane."""
    is_file = QuestionRow.id.startswith(FILE_PREFIX, autoescape=True)
    return is_file if lane == FILES else ~is_file
