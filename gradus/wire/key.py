"""Keys, roles and sessions as they travel."""

from datetime import MAXYEAR, UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Moment
from gradus.wire.tolerant import Open


class Role(StrEnum):
    """What a key may do in its workspace; each may what the one before it may."""

    VIEWER = "viewer"
    """Read."""
    EDITOR = "editor"
    """Create, change, cancel and delete experiments."""
    ADMIN = "admin"
    """Make and revoke keys."""

    def may(self, needed: "Role") -> bool:
        """Whether it may do what needs that role."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("moment", "must be a time such as 2027-01-31T12:00:00Z")
    return value


def _utc(moment: datetime) -> datetime:
    """The moment in UTC, and not so late that it is the year 10000 in the zone of some database or client."""
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        there = None
    if there is None or there.year == MAXYEAR:
        raise PydanticCustomError("moment", "must be a time before the year 9999")
    return there


class KeyRequest(SpecModel):
    """A key to be made."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Who or what will use it."""
    role: Annotated[Role, Field(strict=False)] = Role.EDITOR
    expires_at: Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(_utc), Field(strict=False)] | None = (
        None
    )
    """When it stops letting anybody in, RFC 3339; null: never."""


class KeyRecord(Message):
    """A key without its secret, which nobody can look up."""

    id: str
    name: str
    role: Open[Role]
    workspace: str
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None
    """When it was last used, to the minute."""
    revoked_at: Moment | None


class NewKey(KeyRecord):
    """The answer to its making, and the only one that shows the key itself."""

    key: str
    """What goes into `Authorization: Bearer …`. It is not stored: keep it."""


class KeyPage(Message):
    """The keys of a workspace, newest first, with those that are revoked or have expired."""

    data: tuple[KeyRecord, ...]


class SignIn(SpecModel):
    """What a browser shows to be let in: a key, or the ticket of a sign-in link."""

    key: Annotated[str, Field(max_length=200)] | None = Field(default=None, repr=False)
    ticket: Annotated[str, Field(max_length=200)] | None = Field(default=None, repr=False)
    """Good for one use within a few minutes."""


class SessionRecord(Message):
    """Who the service takes the caller for."""

    workspace: str
    role: Open[Role]
    key_id: str
    expires_at: Moment | None
    """When a browser has to sign in again; null for a key that does not expire."""


class SignInLink(Message):
    """An address that signs one browser in, once."""

    path: str
    """Below the service's address."""
    expires_at: Moment
