"""The Prefer header (RFC 7240): `wait=N`, or `wait` alone for the default of `DEFAULT_SECONDS`."""

import re
from collections.abc import Sequence

from api.limits import WAIT_SECONDS

DEFAULT_SECONDS = 30
"""The wait for `wait` without a number. A request that a worker must answer waits this long even without the header."""
_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*(?:=\s*"?(\d{1,9})"?\s*)?(?=$|[,;])', re.IGNORECASE)


def preferred_wait(headers: Sequence[str], default: int = 0) -> int:
    """The client's preferred wait in seconds, capped at the limit; the default if missing or unreadable."""
    found = _WAIT.search(",".join(headers))
    if found is None:
        return default
    return min(int(found[1]), WAIT_SECONDS) if found[1] else DEFAULT_SECONDS
