"""Keys, roles and sessions in requests and responses."""

from datetime import MAXYEAR, UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Moment
from gradus.wire.tolerant import Open


class Role(StrEnum):
    """What a key may do in its workspace. Each role includes the permissions of the role before it."""

    VIEWER = "viewer"
    """Read."""
    EDITOR = "editor"
    """Create, change, cancel and delete experiments."""
    ADMIN = "admin"
    """Create and revoke keys."""

    def may(self, needed: "Role") -> bool:
        """Whether this role includes the permissions of the needed role."""
        return _RANKS[self] >= _RANKS[needed]


_RANKS = {role: rank for rank, role in enumerate(Role)}


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("moment", "must be a time such as 2027-01-31T12:00:00Z")
    return value


def _utc(moment: datetime) -> datetime:
    """The time in UTC; refused if it could be in the year 10000 in some time zone."""
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        there = None
    if there is None or there.year == MAXYEAR:
        raise PydanticCustomError("moment", "must be a time before the year 9999")
    return there


class KeyRequest(SpecModel):
    """A request to create a key."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """The person or program that will use the key."""
    role: Annotated[Role, Field(strict=False)] = Role.EDITOR
    expires_at: Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_utc), Field(strict=False)] | None = (
        None
    )
    """When the key expires, in RFC 3339; null: never."""


class KeyRecord(Message):
    """A key without its secret, which cannot be retrieved."""

    id: str
    name: str
    role: Open[Role]
    workspace: str
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None
    """When the key was last used, to the minute."""
    revoked_at: Moment | None


class NewKey(KeyRecord):
    """The response to creating a key, and the only one that contains the key itself."""

    key: str
    """The key, for `Authorization: Bearer …`. The service does not store it: keep it."""


class KeyPage(Message):
    """The keys of a workspace, newest first, including revoked and expired ones."""

    data: tuple[KeyRecord, ...]


class SignIn(SpecModel):
    """A browser's request to sign in, with a key or with the ticket of a sign-in link."""

    key: Annotated[str, Field(max_length=200)] | None = Field(default=None, repr=False)
    ticket: Annotated[str, Field(max_length=200)] | None = Field(default=None, repr=False)
    """A ticket can be used once, within a few minutes."""


class SessionRecord(Message):
    """The caller's identity for the service."""

    workspace: str
    role: Open[Role]
    key_id: str
    expires_at: Moment | None
    """When a browser has to sign in again; null for a key that does not expire."""


class SignInLink(Message):
    """A URL that signs in one browser, once."""

    path: str
    """Path below the service's URL."""
    expires_at: Moment
