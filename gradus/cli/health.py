"""What keeps the service from storing what it trains, for who looks at a run that seems to stand still."""

from collections.abc import Sequence

import httpx

from gradus.client import Access
from gradus.wire.system import Health

SECONDS = 2.0


def troubles(access: Access) -> Sequence[str]:
    """What the service lacks; nothing if it does not say."""
    try:
        answer = httpx.get(f"{access.url}/readyz", timeout=SECONDS, trust_env=not access.local)
        health = Health.model_validate_json(answer.content)
    except (httpx.HTTPError, ValueError):
        return ()
    return [f"the service's {one.name}: {one.detail}" for one in health.dependencies if not one.ok]
