"""All writes of one iteration of the event loop are sent together, and nothing is lost at the end."""

import asyncio
from typing import Any, cast

from api.http.joined_writes import HELD_BYTES, JoinedWrites


class Sent(list[bytes]):
    """A transport that records what is sent."""

    ended = ""

    def write(self, data: bytes) -> None:
        assert not self.ended
        self.append(data)

    def is_closing(self) -> bool:
        return bool(self.ended)

    def close(self) -> None:
        self.ended = "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def get_write_buffer_size(self) -> int:
        return 7

    def __getattr__(self, name: str) -> Any:
        assert name in {"pause_reading", "resume_reading", "get_extra_info", "set_write_buffer_limits"}
        return None


def ran(act: Any) -> Sent:
    sent = Sent()

    async def run() -> None:
        await act(JoinedWrites(asyncio.get_running_loop(), cast("Any", sent)), sent)

    asyncio.run(run())
    return sent


async def pause() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_head_and_body_are_one_piece_and_a_stream_does_not_wait() -> None:
    async def act(joined: JoinedWrites, sent: Sent) -> None:
        joined.write(b"head")
        joined.write(b"body")
        assert (sent, joined.get_write_buffer_size()) == ([], 8 + 7)
        await pause()
        assert (sent, joined.get_write_buffer_size()) == ([b"headbody"], 7)
        joined.write(b"more")
        joined.flush()
        joined.write(b"and")
        joined.write(b"more")
        await pause()

    assert ran(act) == [b"headbody", b"more", b"andmore"]


def test_no_more_is_held_than_the_limit() -> None:
    async def act(joined: JoinedWrites, sent: Sent) -> None:
        joined.write(b"x" * HELD_BYTES)
        assert not sent
        joined.write(b"x")
        assert [len(piece) for piece in sent] == [HELD_BYTES + 1]

    ran(act)


def test_closing_sends_what_is_held_and_aborting_drops_it() -> None:
    async def close(joined: JoinedWrites, _: Sent) -> None:
        joined.write(b"last")
        joined.close()
        await pause()

    async def abort(joined: JoinedWrites, _: Sent) -> None:
        joined.write(b"last")
        joined.abort()
        await pause()

    async def lose(joined: JoinedWrites, sent: Sent) -> None:
        joined.write(b"last")
        sent.ended = "lost"
        await pause()

    assert (ran(close), ran(close).ended) == ([b"last"], "closed")
    assert (ran(abort), ran(abort).ended) == ([], "aborted")
    assert ran(lose) == []
