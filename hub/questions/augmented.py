"""The answer to an `AugmentedQuestion`, which workers write and the API reads."""

from base64 import b64decode, b64encode

from gradus.wire.message import Message


class AugmentedAnswer(Message):
    """A contact sheet."""

    png: str
    """The file, in base64."""

    @classmethod
    def of(cls, png: bytes) -> "AugmentedAnswer":
        """The answer with this file."""
        return cls(png=b64encode(png).decode())

    @property
    def file(self) -> bytes:
        """The PNG file."""
        return b64decode(self.png)
