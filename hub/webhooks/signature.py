"""Signatures of Standard Webhooks, version 1: HMAC-SHA256 over id, time and body.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import hmac
import secrets
from base64 import b64encode
from datetime import datetime
from hashlib import sha256

from gradus.wire.webhook import SECRET_PREFIX, secret_key


def new_secret() -> str:
    """A new secret of 32 bytes."""
    return SECRET_PREFIX + b64encode(secrets.token_bytes(32)).decode()


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows that the body is ours, and when it was sent."""
    key = secret_key(secret)
    assert key is not None, "secrets are validated before they are stored"
    timestamp = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = b64encode(hmac.new(key, content, sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{digest}"}
