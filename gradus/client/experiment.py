"""The handle of an experiment: its last known state, and what can be done with it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gradus.client.experiment_history import HistoryHandle, Versioned
from gradus.client.handle import wait_seconds
from gradus.client.methods import T_co, method
from gradus.client.metrics import metrics_page
from gradus.client.request import Request, document, encoded, idempotency, nothing, path_of, reads
from gradus.client.retry import Deadline
from gradus.errors import BadRequest
from gradus.wire.checkpoint import CheckpointPage
from gradus.wire.finding import Finding, FindingPage

if TYPE_CHECKING:
    from gradus.client.async_transport import AsyncTransport  # noqa: F401 (named below)


def _of(finding: Finding | str, deed: str) -> str:
    """The end of the path of a request about a finding."""
    return f"findings/{quote(finding if isinstance(finding, str) else finding.name, safe='')}/{deed}"


class Experiment(HistoryHandle[T_co]):
    """The last known state of an experiment, `record`, and what can be done with it.

    Every response about the experiment updates the record, and so does every event that `watch` and `events` receive.
    With an `AsyncClient` methods are awaited, and `watch`, `events` and `logs` need `async for`.
    """

    @method
    async def refresh(self) -> "Experiment[T_co]":
        """Get the current state from the service."""
        return await self._sent(self._request("GET"))

    @method
    async def update(
        self,
        *,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        notes: str | None = None,
        priority: int | None = None,
        if_unchanged: bool = False,
    ) -> "Experiment[T_co]":
        """Change name, tags, notes or priority; omitted fields stay as they are.

        With `if_unchanged`, change them only if the experiment has not changed since the last response.

        Raises:
            PreconditionFailed: with `if_unchanged`, the experiment has changed since then.
        """
        changes = {"name": name, "tags": tags, "notes": notes, "priority": priority}
        body = encoded({key: value for key, value in changes.items() if value is not None})
        headers = {"If-Match": self._version()} if if_unchanged else {}
        return await self._sent(self._request("PATCH", headers=headers, body=body))

    @method
    async def cancel(self) -> "Experiment[T_co]":
        """End it within a second; repeating it is harmless."""
        return await self._sent(self._request("POST", "cancel", harmless=True))

    @method
    async def pause(self) -> "Experiment[T_co]":
        """Stop it at a checkpoint, within a second; repeating it is harmless."""
        return await self._sent(self._request("POST", "pause", harmless=True))

    @method
    async def resume(self) -> "Experiment[T_co]":
        """Resume it after a pause, with the same results as without the pause; repeating it is harmless."""
        return await self._sent(self._request("POST", "resume", harmless=True))

    @method
    async def extend(self, epochs: int, *, idempotency_key: str | None = None) -> "Experiment[T_co]":
        """Train additional epochs; they are added once, however often the request is sent."""
        headers, body = idempotency(idempotency_key), encoded({"epochs": epochs})
        return await self._sent(self._request("POST", "extend", headers=headers, body=body))

    @method
    async def fork(
        self,
        changes: Mapping[str, Any] | None = None,
        /,
        *,
        from_epoch: int | None = None,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> "Experiment[T_co]":
        """A new experiment with changes (RFC 7396), from the start or from the checkpoint of an epoch.

        It is created once, however often the request is sent.
        """
        body = encoded({"changes": document(changes, fields), "from_epoch": from_epoch})
        request = self._request("POST", "fork", headers=idempotency(idempotency_key), body=body)
        return Experiment(self._transport, *await self._transport.send(request))

    @method
    async def delete(self) -> None:
        """Remove it with all that belongs to it; one that is not over must be cancelled first."""
        await self._transport.send(Request("DELETE", path_of("experiments", self.id), nothing))

    @method
    async def checkpoints(self) -> CheckpointPage:
        """The checkpoints that are kept, newest first."""
        path = path_of("experiments", self.id, "checkpoints")
        return await self._transport.send(Request("GET", path, reads(CheckpointPage)))

    @method
    async def findings(self) -> tuple[Finding, ...]:
        """The problems of the experiment and its data so far, the root cause first, each with its evidence, with
        patches, and with the results of their verifications."""
        path = path_of("experiments", self.id, "findings")
        page: FindingPage = await self._transport.send(Request("GET", path, reads(FindingPage)))
        return page.data

    @method
    async def apply_finding(
        self, finding: Finding | str, *, patch: int = 0, name: str | None = None, idempotency_key: str | None = None
    ) -> "Experiment[T_co]":
        """Create an experiment with a patch of the finding applied, from the start: the first patch, unless `patch` is
        another index.

        It is created once, however often the request is sent.
        """
        body = encoded({"patch": patch, "name": name})
        request = self._request("POST", _of(finding, "apply"), headers=idempotency(idempotency_key), body=body)
        return Experiment(self._transport, *await self._transport.send(request))

    @method
    async def verify_finding(
        self, finding: Finding | str, *, patch: int = 0, seeds: int = 5, idempotency_key: str | None = None
    ) -> Finding:
        """Verify a patch of the finding by training with and without it, in at most `seeds` pairs.

        The returned finding, and those of `findings()`, have `verifying` during the verification, and then `verified`.
        """
        body = encoded({"patch": patch, "seeds": seeds})
        path = path_of("experiments", self.id, _of(finding, "verify"))
        headers = idempotency(idempotency_key)
        return await self._transport.send(Request("POST", path, reads(Finding), headers=headers, body=body))

    @method
    async def wait(self, timeout: float | None = None) -> "Experiment[T_co]":
        """Block until the experiment ends, whatever its status.

        Raises:
            TimeoutError: it has not ended after `timeout` seconds; it continues to run.
        """
        deadline = Deadline(timeout, f"{self.id} is {self.status}")
        while True:
            await self._sent(self._request("GET"), deadline)
            if self.over:
                return self
            deadline.state = f"{self.id} is {self.status}"
            deadline.check()
            later = self.progress.epochs  # no epoch comes after it: the answer comes at the end
            await self._transport.wait_for(metrics_page(self.id, later, wait=wait_seconds(deadline)), deadline)

    async def _sent(self, request: Request[Versioned], deadline: Deadline | None = None) -> "Experiment[T_co]":
        """Send a request, and update the record from the answer. Returns this handle."""
        await self._renewed(request, deadline)
        return self

    def _version(self) -> str:
        if self._etag is None:
            raise BadRequest("an experiment from a list has no version yet: call refresh() first")
        return self._etag


AsyncExperiment = Experiment["AsyncTransport"]
"""The handle that an `AsyncClient` returns."""
