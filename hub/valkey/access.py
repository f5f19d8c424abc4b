"""How a server is reached: its port on loopback, and its password."""

import contextlib
from dataclasses import dataclass

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError
from redis.retry import Retry


@dataclass(frozen=True)
class Access:
    """Where a server listens, and the password that it wants."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def client(self) -> Redis:
        """A client that fails at once instead of trying again."""
        return Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))

    def answering_pid(self) -> int | None:
        """The process that answers with our password and is ready; None if there is none."""
        with contextlib.closing(self.client()) as client:
            try:
                client.ping()
                return int(client.info("server")["process_id"])
            except RedisError:
                return None

    def loading(self) -> bool:
        """Whether the server is ours and still reads its file."""
        with contextlib.closing(self.client()) as client:
            try:
                client.ping()
            except BusyLoadingError:
                return True
            except RedisError:
                return False
            return False
