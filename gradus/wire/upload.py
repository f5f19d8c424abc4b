"""Uploads: files that arrive in numbered parts."""

from pydantic import Field

from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Moment

SHA256 = r"^[0-9a-f]{64}$"


class UploadRequest(SpecModel):
    """The body of `POST /v1/uploads`."""

    size: int = Field(ge=1)
    """Size of the whole file in bytes."""
    sha256: str | None = Field(default=None, pattern=SHA256)
    """SHA-256 of the whole file in hexadecimal: checked when a data set is created from the upload."""


class UploadRecord(Message):
    """An upload."""

    id: str
    size: int
    """Size of the whole file in bytes."""
    sha256: str | None
    """SHA-256 of the whole file, if it is known."""
    part_bytes: int
    """Size of each part; the last one may be smaller."""
    parts: int
    """Number of parts. They are numbered from 1."""
    received: tuple[int, ...]
    """The parts that have arrived."""
    created_at: Moment
    expires_at: Moment | None
    """When the upload is deleted; null while a data set uses it."""
