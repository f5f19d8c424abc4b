"""The Prefer header (RFC 7240): `wait=N`."""

import re
from collections.abc import Sequence

from api.limits import WAIT_SECONDS

_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])', re.IGNORECASE)


def preferred_wait(headers: Sequence[str], default: int = 0) -> int:
    """The client's preferred wait in seconds, capped at the limit; the default if missing or unreadable."""
    found = _WAIT.search(",".join(headers))
    return min(int(found[1]), WAIT_SECONDS) if found else default
