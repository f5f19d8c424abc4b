"""How a server is reached: its socket in a folder that is its owner's alone, and its password."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, ResponseError
from redis.retry import Retry


@dataclass(frozen=True)
class ValkeyAddress:
    """Where a server listens, and the password that it wants."""

    socket: Path
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"unix://:{self.password}@{quote(str(self.socket))}"

    def client(self) -> Redis:
        """A client that fails at once instead of trying again."""
        return Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))

    def answers(self) -> bool:
        """Whether a server is ready; one that refuses because its disk is full answers, too."""
        return isinstance(self._ping(), ResponseError | None)

    def loading(self) -> bool:
        """Whether a server still reads its file."""
        return isinstance(self._ping(), BusyLoadingError)

    def _ping(self) -> RedisError | None:
        """What it complains of."""
        with contextlib.closing(self.client()) as client:
            try:
                client.ping()
            except RedisError as error:
                return error
            return None
