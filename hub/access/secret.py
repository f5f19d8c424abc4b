"""Secrets of keys and sessions: shown once, stored as a digest, compared in constant time."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from hmac import compare_digest

from hub.ids import ALPHABET

_LENGTH = 52
"""Letters of 5 bits each, so 260 random bits. With so many, a plain digest without salt or stretching is safe."""
_FORM = re.compile(f"g[a-z]_([{ALPHABET}]{{26}})_([{ALPHABET}]{{{_LENGTH}}})", re.ASCII)
_DUMMY_DIGEST = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Credential:
    """A secret that a client sent: its owner, and the secret's digest."""

    number: str
    """The id without its prefix."""
    digest: str

    def proves(self, stored: str | None) -> bool:
        """Whether the stored digest is that of this secret. Without a stored digest, the check takes as long."""
        return compare_digest(self.digest, stored or _DUMMY_DIGEST) and stored is not None


@dataclass(frozen=True)
class NewSecret:
    """A new secret."""

    text: str
    digest: str

    def __repr__(self) -> str:
        return "NewSecret(…)"


def create(letter: str, row_id: str) -> NewSecret:
    """Create a secret for a row, such as `gk_01kap3v8n0c2q5w8z1t4y7b0df_` and 52 letters, for the prefix letter `k`."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return NewSecret(f"g{letter}_{row_id.partition('_')[2]}_{secret}", _digest(secret))


def read(letter: str, text: str) -> Credential | None:
    """Parse a secret; None if the text does not have the form of such a secret."""
    found = _FORM.fullmatch(text)
    if found is None or text[1] != letter:
        return None
    return Credential(found[1], _digest(found[2]))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
