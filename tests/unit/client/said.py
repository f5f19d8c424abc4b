"""What a service says, for tests without one."""

import json
from typing import Any

from gradus.resolved import resolve
from gradus.spec.experiment import Spec
from gradus.summary import listed_facts, network_facts
from gradus.wire.experiment import ExperimentRecord

AT = "2026-11-22T12:00:00.000000Z"


def metrics_row(epoch: int, **changes: Any) -> dict[str, Any]:
    """A row whose numbers follow from its epoch."""
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
    """An experiment's document."""
    whole = Spec.model_validate({"dataset": "digits", "layers": [8], "epochs": epochs, **(spec or {})})
    progress = {"epoch": 0, "epochs": epochs, "eta_seconds": None}
    nothing = dict.fromkeys(
        ("sweep_id", "forked_from", "latest", "best", "error", "device", "started_at", "finished_at"), None
    )
    people = {"name": "one", "tags": [], "notes": ""}
    known = {"id": "exp_1", "status": "queued", "fingerprint": "f", "parameters": 1, "attempts": 0, "created_at": AT}
    resolved = resolve(whole)
    facts = {**listed_facts(resolved.spec), **network_facts(resolved)}
    facts["layers"] = [layer.model_dump(mode="json") for layer in facts["layers"]]
    return {**nothing, **people, **known, **facts, "spec": resolved.document, "progress": progress, **changes}


def record(**changes: Any) -> bytes:
    """An answer that holds an experiment."""
    return json.dumps(document(**changes)).encode()


RECORD = ExperimentRecord.model_validate_json(record())


def metrics_page(status: str, rows: int = 0) -> bytes:
    """An answer that holds metrics."""
    page = {"data": [metrics_row(i + 1) for i in range(rows)], "last_epoch": rows, "status": status, "last_event": rows}
    return json.dumps(page).encode()


def problem(status: int, code: str, errors: list[dict[str, object]] | None = None) -> bytes:
    """A refusal."""
    whole = {"type": f"urn:{code}", "title": code, "status": status, "detail": f"no: {code}", "code": code}
    return json.dumps({**whole, "errors": errors or []}).encode()


def event(seq: int, kind: str, data: dict[str, Any], one: str = "exp_1", number: int | None = None) -> bytes:
    """One event of an experiment's stream, or with `number` of the stream over everything."""
    envelope = {"seq": seq, "kind": kind, "at": AT, "experiment_id": one, "data": data}
    return f"id: {number or seq}\nevent: {kind}\ndata: {json.dumps(envelope)}\n\n".encode()
