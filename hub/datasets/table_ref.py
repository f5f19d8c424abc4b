"""References to stored tables in the artifact store. Workers send them to their trainers."""

from gradus.wire.message import Message


class TableRef(Message):
    """The location of a stored table."""

    key: str
    digest: str
    """SHA-256 of the artifact's manifest."""
