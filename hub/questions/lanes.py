"""The lanes of questions: short questions, whose answers somebody waits for; files with predictions, which may take an
hour; and the importance of columns, which takes seconds. Each lane has its own queue and slots, so that no lane delays
another."""

from sqlalchemy import ColumnElement, or_

from hub.messaging.queue import SLOW_QUESTIONS
from hub.tables import QuestionRow


def in_lane(lane: str) -> ColumnElement[bool]:
    """Whether a question's row is in a lane."""
    slow = {of: QuestionRow.id.startswith(prefix, autoescape=True) for prefix, of in SLOW_QUESTIONS.items()}
    return slow[lane] if lane in slow else ~or_(*slow.values())
