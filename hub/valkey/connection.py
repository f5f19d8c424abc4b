"""The connection to a server: its socket in a private folder, and its password."""

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
    """The socket on which a server listens, and its password."""

    socket: Path
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"unix://:{self.password}@{quote(str(self.socket))}"

    def client(self) -> Redis:
        """A client without retries."""
        return Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))

    def answers(self) -> bool:
        """Whether a server is ready. A server that refuses writes because its disk is full counts as ready."""
        return isinstance(self._ping(), ResponseError | None)

    def loading(self) -> bool:
        """Whether a server is still loading its data."""
        return isinstance(self._ping(), BusyLoadingError)

    def _ping(self) -> RedisError | None:
        """The error of a ping; None if it succeeded."""
        with contextlib.closing(self.client()) as client:
            try:
                client.ping()
            except RedisError as error:
                return error
            return None
