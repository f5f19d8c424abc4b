"""Counts requests for Prometheus."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.prometheus import PrometheusMetrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Counts requests by route template: a counter for each id would grow without limit."""

    def __init__(self, app: ASGIApp, prometheus: PrometheusMetrics) -> None:
        self._app = app
        self._prometheus = prometheus

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        start = time.perf_counter()
        status, streamed = 500, False

        async def watched(message: Message) -> None:
            nonlocal status, streamed
            if message["type"] == "http.response.start":
                status = message["status"]
                streamed = (b"x-accel-buffering", b"no") in message["headers"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "other")
            self._prometheus.count(method, route, status, None if streamed else time.perf_counter() - start)
        return None
