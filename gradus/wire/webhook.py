"""Webhooks: calls of the service to a URL of the user about status changes and findings."""

from base64 import b64decode
from binascii import Error
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from gradus.spec.spec_model import SpecModel
from gradus.wire.message import Message, Moment
from gradus.wire.tolerant import Open

WebhookEvent = Literal["status", "finding"]
WEBHOOK_EVENTS: tuple[WebhookEvent, ...] = get_args(WebhookEvent)
SECRET_PREFIX = "whsec_"  # noqa: S105 (the prefix, not a secret)
SECRET_BYTES = 24, 64
"""The shortest and the longest key that Standard Webhooks allows."""

WebhookState = Literal["active", "retrying", "disabled"]


def secret_key(secret: str) -> bytes | None:
    """The key in a secret, `whsec_` and base64; None if it is not one."""
    try:
        key = b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (Error, ValueError):
        return None
    return key if secret.startswith(SECRET_PREFIX) and SECRET_BYTES[0] <= len(key) <= SECRET_BYTES[1] else None


def _valid_secret(secret: str) -> str:
    if secret_key(secret) is None:
        raise PydanticCustomError("secret", "must be 'whsec_' and 24 to 64 bytes in base64: omit it to get a new one")
    return secret


class WebhookRequest(SpecModel):
    """A request to create a webhook."""

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    """The URL to call: `https://…` at a public address, or at an address that the service's operator allows."""
    events: Annotated[tuple[WebhookEvent, ...], Field(strict=False, min_length=1, max_length=10)] = WEBHOOK_EVENTS
    """The events to send: changes of experiments' status, or findings about experiments."""
    secret: Annotated[str, Field(max_length=200), AfterValidator(_valid_secret)] | None = Field(
        default=None, repr=False
    )
    """Key of the signatures, `whsec_` and base64; null creates a new one."""


class WebhookRecord(Message):
    """A webhook without its secret, which cannot be retrieved."""

    id: str
    url: str
    events: tuple[Open[WebhookEvent], ...]
    state: Open[WebhookState]
    """`active`; `retrying` after a failed call, which is repeated; `disabled` after too many, until it is enabled."""
    reason: str | None
    """Why the last call failed; null if it did not."""
    failures: int
    """Failed calls in a row."""
    next_attempt_at: Moment | None
    """When a failed call is repeated."""
    delivered_at: Moment | None
    """When a call last succeeded."""
    created_at: Moment


class NewWebhook(WebhookRecord):
    """The response to creating a webhook, and the only one that contains the secret."""

    secret: str
    """Key of the signatures. Keep it."""


class WebhookPage(Message):
    """The webhooks of a workspace, newest first."""

    data: tuple[WebhookRecord, ...]


class WebhookCall(Message):
    """The body of a call."""

    type: Open[WebhookEvent]
    timestamp: Moment
    """Time of the event."""
    experiment_id: str
    seq: int
    """Number of the event in the experiment's log."""
    data: Any
    """The data of the event, as in the experiment's stream: the experiment, or the finding."""
    is_shortened: bool = False
    """Whether `data` has only the most important keys, because all of it would be too large."""
