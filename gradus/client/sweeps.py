"""`client.sweeps`: create and find sweeps."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from gradus.client.methods import Resource, T_co, iterator, method
from gradus.client.request import (
    PAGE_SIZE,
    Request,
    document,
    encoded,
    given,
    idempotency,
    path_of,
    reads,
)
from gradus.client.sweep import Sweep, with_seeds
from gradus.sweep.request import SweepRequest
from gradus.wire.sweep import SweepDryRun, SweepPage, SweepRecord

SweepLike = SweepRequest | Mapping[str, Any]
"""A sweep's request, or its JSON document."""


class Sweeps(Resource[T_co]):
    """Many experiments from one base."""

    @method
    async def create(
        self, asked: SweepLike | None = None, /, *, idempotency_key: str | None = None, **fields: Any
    ) -> Sweep[T_co]:
        """Queue the experiments of a sweep, given as a request or as its fields. They are created once, however often
        the request is sent.

        `seeds` may be a list, a number of seeds, or a text as on the command line: `[0, 1, 2]`, `3`, `"0,3-5"`.
        """
        headers, body = idempotency(idempotency_key), _body(asked, fields)
        request = Request("POST", "/v1/sweeps", reads(SweepRecord), headers=headers, body=body)
        return Sweep(self._transport, await self._transport.send(request))

    @method
    async def dry_run(self, asked: SweepLike | None = None, /, **fields: Any) -> SweepDryRun:
        """The members of a sweep, without running or storing it."""
        query, body = {"dry_run": "true"}, _body(asked, fields)
        request = Request("POST", "/v1/sweeps", reads(SweepDryRun), query=query, body=body, harmless=True)
        return await self._transport.send(request)

    @method
    async def get(self, sweep_id: str, /) -> Sweep[T_co]:
        """One sweep with its results."""
        request = Request("GET", path_of("sweeps", sweep_id), reads(SweepRecord))
        return Sweep(self._transport, await self._transport.send(request))

    @iterator
    async def list(self, *, limit: int | None = None) -> AsyncGenerator[Sweep[T_co]]:
        """The sweeps, newest first, at most `limit`, without their results."""
        cursor, left = None, limit
        while left is None or left > 0:
            query = given(limit=PAGE_SIZE if left is None else min(left, PAGE_SIZE), cursor=cursor)
            page = await self._transport.send(Request("GET", "/v1/sweeps", reads(SweepPage), query=query))
            for record in page.data[:left]:
                yield Sweep(self._transport, record)
            cursor, left = page.next_cursor, None if left is None else left - len(page.data)
            if cursor is None:
                return


def _body(asked: SweepLike | None, fields: Mapping[str, Any]) -> bytes:
    return encoded(asked if asked is not None and not fields else document(asked, with_seeds(fields)))
