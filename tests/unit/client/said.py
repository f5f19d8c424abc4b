"""Responses of a service, for tests that run without one."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from gradus.client import Credentials
from gradus.client.sync_transport import SyncTransport
from gradus.spec.experiment import Spec
from gradus.summary import listed_facts, network_facts
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.sweep import SweepRecord
from tests.built_in import resolved

AT = "2026-11-22T12:00:00.000000Z"


def metrics_row(epoch: int, **changes: Any) -> dict[str, Any]:
    """A metrics row with numbers computed from its epoch."""
    numbers = {
        "train_loss": 2 / epoch,
        "train_accuracy": 1 - 0.5 / epoch,
        "validation_loss": 2.1 / epoch,
        "validation_accuracy": 1 - 0.6 / epoch,
        "test_loss": 2.2 / epoch,
        "test_accuracy": 1 - 0.7 / epoch,
    }
    rest = {"penalty": 0, "learning_rate": 0.1, "gradient_norm": 1, "seconds": 0.5, "samples_per_second": 100, "at": AT}
    return {"epoch": epoch, "step": 10 * epoch, **numbers, **rest, **changes}


def document(epochs: int = 3, spec: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The document of an experiment."""
    whole = Spec.model_validate({"dataset": "digits", "layers": [8], "epochs": epochs, **(spec or {})})
    progress = {"epoch": 0, "epochs": epochs, "eta_seconds": None}
    nothing = dict.fromkeys(
        ("sweep_id", "forked_from", "latest", "best", "error", "device", "started_at", "finished_at"), None
    )
    people = {"name": "one", "tags": [], "notes": ""}
    known = {"id": "exp_1", "status": "queued", "fingerprint": "f", "parameters": 1, "attempts": 0, "created_at": AT}
    one = resolved(whole)
    facts = {**listed_facts(one.spec, one.data), **network_facts(one)}
    facts["layers"] = [layer.model_dump(mode="json") for layer in facts["layers"]]
    return {**nothing, **people, **known, **facts, "spec": one.document, "progress": progress, **changes}


def record(**changes: Any) -> bytes:
    """The body of a response with an experiment."""
    return json.dumps(document(**changes)).encode()


RECORD = ExperimentRecord.model_validate_json(record())


def metrics_page(status: str, rows: int = 0) -> bytes:
    """The body of a response with metrics rows."""
    page = {"data": [metrics_row(i + 1) for i in range(rows)], "last_epoch": rows, "status": status, "last_event": rows}
    return json.dumps(page).encode()


def problem(status: int, code: str, errors: list[dict[str, object]] | None = None) -> bytes:
    """The body of an error response."""
    whole = {"type": f"urn:{code}", "title": code, "status": status, "detail": f"no: {code}", "code": code}
    return json.dumps({**whole, "errors": errors or []}).encode()


def event(seq: int, kind: str, data: dict[str, Any], one: str = "exp_1", number: int | None = None) -> bytes:
    """The bytes of an event in the stream of an experiment or, with `number`, in the stream of all experiments."""
    envelope = {"seq": seq, "kind": kind, "at": AT, "experiment_id": one, "data": data}
    return f"id: {number or seq}\nevent: {kind}\ndata: {json.dumps(envelope)}\n\n".encode()


def ok(body: bytes, **headers: str) -> httpx.Response:
    """A response with status 200."""
    return httpx.Response(200, content=body, headers=headers)


def refused(status: int, code: str = "internal", **headers: str) -> httpx.Response:
    """An error response."""
    return httpx.Response(status, content=problem(status, code), headers=headers)


UNREACHED = httpx.ConnectError("nothing listens")
"""An error before the request was sent."""
CUT = httpx.ReadError("the line was cut")
"""An error after the request was sent: its response is lost."""

Piece = bytes | Exception | Callable[[], bytes]


def stream(*pieces: Piece) -> httpx.Response:
    """A response that is an event stream. It sends these pieces and then closes; a piece that is an exception breaks
    the connection."""
    return httpx.Response(200, headers={"Content-Type": "text/event-stream; charset=utf-8"}, content=_told(pieces))


def _told(pieces: tuple[Piece, ...]) -> Iterator[bytes]:
    for piece in pieces:
        if isinstance(piece, Exception):
            raise piece
        yield piece() if callable(piece) else piece


Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Script(SyncTransport):
    """A transport that gets these replies, one for each request, and does not sleep."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__(Credentials("http://here", "gk_secret"), transport=httpx.MockTransport(self._reply))
        self.replies = list(replies)
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def _reply(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply(request) if callable(reply) else reply

    async def sleep(self, seconds: float) -> None:
        """Record the seconds instead of sleeping."""
        self.slept.append(seconds)

    @property
    def paths(self) -> list[str]:
        """The paths of the requests so far, in order."""
        return [request.url.path for request in self.asked]

    @property
    def bodies(self) -> list[Any]:
        """The bodies of the requests so far, in order."""
        return [json.loads(request.content) for request in self.asked]


def sweep_document(status: str = "succeeded", **changes: Any) -> dict[str, Any]:
    """The document of a sweep: a base and one variant, with two seeds."""
    statuses = ["succeeded" if status == "succeeded" else "running"] * 2
    results = [
        {
            "label": label,
            "changes": patch,
            "experiments": [f"exp_{label}_{seed}" for seed in (0, 1)],
            "seeds": [0, 1],
            "statuses": statuses,
            "values": [mean - 0.01, mean + 0.01],
            "mean": mean,
            "std": 0.014,
            "ci95": [mean - 0.1, mean + 0.1],
            "n": 2,
            "succeeded": 2,
            "of": 2,
            "common_mean": mean,
            "common_seeds": [0, 1],
            "difference": difference,
            "verdict": difference and "cannot tell",
            "failed": [],
        }
        for label, patch, mean, difference in (
            ("+ dropout", {"dropout": 0.5}, 0.9, {"mean": 0.1, "ci95": [-0.1, 0.3], "n": 2, "p_adjusted": 0.2}),
            ("base", {}, 0.8, None),
        )
    ]
    base = {"dataset": "digits", "layers": [8]}
    whole = {
        "id": "swp_1",
        "name": "dropout?",
        "status": status,
        "counts": {"succeeded": 4} if status == "succeeded" else {"running": 4},
        "objective": {"metric": "validation_accuracy", "goal": "maximize"},
        "created_at": AT,
        "request": {"base": base, "variants": {"+ dropout": {"dropout": 0.5}}, "seeds": [0, 1]},
        "base_label": "base",
        "grain": None,
        "results": results,
    }
    return {**whole, **changes}


def sweep(**changes: Any) -> bytes:
    """A response with a sweep."""
    return json.dumps(sweep_document(**changes)).encode()


SWEEP = SweepRecord.model_validate_json(sweep())
