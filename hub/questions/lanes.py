"""The two lanes of questions: short questions, whose answers somebody waits for, and files with predictions, which may
take an hour. Each lane has its own queue and slots, so that files delay no short question."""

from sqlalchemy import ColumnElement

from hub.messaging.queue import FILE_PREFIX, FILES
from hub.tables import QuestionRow


def in_lane(lane: str) -> ColumnElement[bool]:
    """Whether a question's row is in a lane."""
    is_file = QuestionRow.id.startswith(FILE_PREFIX, autoescape=True)
    return is_file if lane == FILES else ~is_file
