"""Secrets of keys and sessions: shown once, kept as a digest, compared in constant time."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from hmac import compare_digest

from hub.ids import ALPHABET

_LENGTH = 52
"""Letters of 5 bits each: 260 random bits. A digest without salt or stretching is enough for so many."""
_FORM = re.compile(f"g[a-z]_([{ALPHABET}]{{26}})_([{ALPHABET}]{{{_LENGTH}}})", re.ASCII)
_NOBODYS = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Credential:
    """What a client shows: whose secret it is, and the secret, which stays out of `repr`."""

    number: str
    """The id without its prefix."""
    digest: str

    def proves(self, kept: str | None) -> bool:
        """Whether this is the secret with the digest that was kept; as slow if there is none."""
        return compare_digest(self.digest, kept or _NOBODYS) and kept is not None


@dataclass(frozen=True)
class Made:
    """A new secret."""

    text: str
    digest: str

    def __repr__(self) -> str:
        return "Made(…)"


def make(letter: str, row_id: str) -> Made:
    """The secret of a row, e.g. `gk_01kap3v8n0c2q5w8z1t4y7b0df_` and 52 letters for the letter `k`."""
    secret = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return Made(f"g{letter}_{row_id.partition('_')[2]}_{secret}", _digest(secret))


def read(letter: str, text: str) -> Credential | None:
    """What the text shows; None if it has not the form of such a secret."""
    found = _FORM.fullmatch(text)
    if found is None or text[1] != letter:
        return None
    return Credential(found[1], _digest(found[2]))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
