"""Ids that sort by creation time: a prefix and a ULID (48 bits of milliseconds, 80 random bits)."""

import secrets
import threading
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, in order, without letters that look like digits."""

_lock = threading.Lock()
_last = 0


def new_id(prefix: str) -> str:
    """A new id such as `exp_01kap3v8n0c2q5w8z1t4y7b0df`. Within a process, each id sorts after the previous one."""
    global _last  # noqa: PLW0603
    with _lock:
        _last = max(_last + 1, (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80))
        number = _last
    return f"{prefix}_{''.join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))}"
