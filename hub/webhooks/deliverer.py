"""Delivers events to webhooks. Each webhook with news gets its own thread for one turn, so that a slow receiver delays
no more than its workspace's other webhooks."""

import logging
import threading
import time
from collections.abc import Callable

from gradus import __version__
from hub.database.database import DATABASE_AWAY, now
from hub.hub import Hub
from hub.webhooks import claims
from hub.webhooks.claims import ClaimedWebhook
from hub.webhooks.destination import RefusedDestination, destination
from hub.webhooks.messages import body, message_id
from hub.webhooks.network import Network
from hub.webhooks.places import Places
from hub.webhooks.post import Answer, NotDelivered, post
from hub.webhooks.signature import signed_headers

AT_ONCE = 8
"""Webhooks that one process serves at the same time."""
OF_WORKSPACE = 2
"""Webhooks of one workspace that one process serves at the same time: its slow receivers leave slots to others."""
EVENTS_IN_TURN, TURN_SECONDS = 100, 15.0
"""Number of events, and time, after which a webhook gives its slot to those that have waited longer."""
GONE = 410
"""The status code by which a receiver asks for no more calls."""
BUSY = frozenset({429, 502, 503, 504})
"""Status codes of answers whose Retry-After is obeyed."""
logger = logging.getLogger(__name__)


class Deliverer:
    """Looks for webhooks with news and delivers it. Any number of processes may do so: only one can claim a webhook."""

    def __init__(self, hub: Hub, network: Network | None = None, stopped: Callable[[], bool] = lambda: False) -> None:
        self._hub = hub
        self._network = network or Network()
        self._stopped = stopped
        self._places = Places(AT_ONCE, OF_WORKSPACE)

    def look(self) -> list[threading.Thread]:
        """Start delivering for webhooks with news. Returns the threads. They are daemons, because a process that ends
        leaves its calls to the next one."""
        with self._hub.read() as session:
            at = now(session)
            due = claims.due(session, at, AT_ONCE, OF_WORKSPACE, self._places.full())
            far = claims.far_behind(session, at, AT_ONCE)
        for webhook_id in far:
            with self._hub.write() as session:
                claims.skip(session, webhook_id)
        return [thread for one in due if (thread := self._start(*one))]

    def _start(self, webhook_id: str, workspace_id: str) -> threading.Thread | None:
        if not self._places.take(workspace_id):
            return None
        hook = None
        try:
            with self._hub.write() as session:
                hook = claims.claim(session, webhook_id)
        finally:
            if hook is None:
                self._places.give_back(workspace_id)
        if hook is None:
            return None
        thread = threading.Thread(target=self._serve, args=(hook,), name=f"webhook {hook.id}", daemon=True)
        thread.start()
        return thread

    def _serve(self, hook: ClaimedWebhook) -> None:
        try:
            self._deliver_all(hook)
        except DATABASE_AWAY as error:  # the lease expires, and another look begins where this one ended
            logger.warning("webhook %s waits for the database: %s", hook.id, str(error).splitlines()[0])
        finally:
            self._places.give_back(hook.workspace_id)

    def _deliver_all(self, hook: ClaimedWebhook) -> None:
        """Deliver one event after the other, until there are no more, one fails, or the turn is over."""
        until, left = time.monotonic() + TURN_SECONDS, EVENTS_IN_TURN
        while left > 0 and time.monotonic() < until and not self._stopped():
            with self._hub.read() as session:
                event = claims.next_event(session, hook.workspace_id, hook.cursor, hook.events)
            if event is None:
                break
            answer, reason = self._call(hook, message_id(event), body(event))
            if answer is None or not answer.is_accepted:
                self._failed(hook, answer, reason)
                return
            with self._hub.write() as session:
                moved = claims.delivered(session, hook, event.number)
            if moved is None:
                return
            hook, left = moved, left - 1
        with self._hub.write() as session:
            claims.release(session, hook)

    def _call(self, hook: ClaimedWebhook, id_: str, content: bytes) -> tuple[Answer | None, str]:
        """Send a message. Returns a pair: the response, or None if there was none, and a sentence about what may be
        wrong."""
        with self._hub.read() as session:
            at = now(session)
        headers = {"Content-Type": "application/json", "User-Agent": f"Gradus/{__version__}"}
        try:
            to = destination(hook.url, self._hub.settings.webhook_hosts)
            answer = post(to, headers | signed_headers(hook.secret, id_, at, content), content, self._network)
        except (NotDelivered, RefusedDestination) as error:
            return None, str(error)
        is_redirect = 300 <= answer.status < 400
        return answer, f"the receiver answered {answer.status}" + ", and redirects are not followed" * is_redirect

    def _failed(self, hook: ClaimedWebhook, answer: Answer | None, reason: str) -> None:
        is_final = answer is not None and answer.status == GONE
        wait = answer.retry_after if answer is not None and answer.status in BUSY else None
        logger.info("webhook %s: %s", hook.id, reason)
        with self._hub.write() as session:
            claims.failed(session, hook, reason, wait, is_final=is_final)
