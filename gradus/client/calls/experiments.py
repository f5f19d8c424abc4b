"""`/v1/experiments`."""

from collections.abc import Iterable, Mapping
from typing import Any

from gradus.client.calls.call import Call, document, encoded, given, nothing, once, place
from gradus.spec.experiment import Spec
from gradus.wire.checkpoint import CheckpointPage
from gradus.wire.experiment import DryRun, ExperimentPage, ExperimentPatch, ExperimentRecord, LogPage
from gradus.wire.metrics import MetricsPage, MetricsPages

SpecLike = Spec | Mapping[str, Any]
"""A spec, or the document of one, which the service validates."""

_read = ExperimentRecord.model_validate_json


def create(
    spec: SpecLike | None = None, /, *, idempotency_key: str | None = None, wait: int = 0, **fields: Any
) -> Call[ExperimentRecord]:
    """Queue an experiment: a spec, its fields, or a spec with some fields changed.

    It is created once, however often the call is sent. With `wait`, the answer comes at its end or after so many
    seconds (at most 60).
    """
    headers = once(idempotency_key) | ({"Prefer": f"wait={wait}"} if wait else {})
    return Call("POST", "/v1/experiments", _read, headers=headers, body=_body(spec, fields), seconds=wait)


def dry_run(spec: SpecLike | None = None, /, **fields: Any) -> Call[DryRun]:
    """What a spec comes to, without running or storing it."""
    query = {"dry_run": "true"}
    body = _body(spec, fields)
    return Call("POST", "/v1/experiments", DryRun.model_validate_json, query=query, body=body, harmless=True)


def experiments(
    *,
    status: str | Iterable[str] | None = None,
    tag: str | None = None,
    dataset: str | None = None,
    sweep: str | None = None,
    q: str | None = None,
    ids: Iterable[str] = (),
    limit: int = 50,
    cursor: str | None = None,
) -> Call[ExperimentPage]:
    """Experiments, newest first, in this status or any of several; with `ids`, at most 200, only these."""
    statuses = (status,) if isinstance(status, str) else tuple(status or ())
    chosen = {name: values for name, values in (("id", tuple(ids)), ("status", statuses)) if values}
    query = chosen | given(tag=tag, dataset=dataset, sweep=sweep, q=q, cursor=cursor, limit=limit)
    return Call("GET", "/v1/experiments", ExperimentPage.model_validate_json, query=query)


def experiment(experiment_id: str, /) -> Call[ExperimentRecord]:
    """One experiment: what was asked, how far it is, what came of it."""
    return Call("GET", place("experiments", experiment_id), _read)


def change(experiment_id: str, patch: ExperimentPatch | Mapping[str, Any]) -> Call[ExperimentRecord]:
    """Change the fields for people."""
    named = patch.model_dump(exclude_unset=True) if isinstance(patch, ExperimentPatch) else patch
    return Call("PATCH", place("experiments", experiment_id), _read, body=encoded(named))


def update(
    experiment_id: str,
    /,
    *,
    name: str | None = None,
    tags: tuple[str, ...] | list[str] | None = None,
    notes: str | None = None,
) -> Call[ExperimentRecord]:
    """Change name, tags or notes; those left out stay."""
    fields = {"name": name, "tags": tags, "notes": notes}
    return change(experiment_id, {key: value for key, value in fields.items() if value is not None})


def delete(experiment_id: str, /) -> Call[None]:
    """Remove an experiment that is over, with all that belongs to it."""
    return Call("DELETE", place("experiments", experiment_id), nothing)


def cancel(experiment_id: str, /) -> Call[ExperimentRecord]:
    """End an experiment within a second; asking twice is harmless."""
    return Call("POST", place("experiments", experiment_id, "cancel"), _read, harmless=True)


def pause(experiment_id: str, /) -> Call[ExperimentRecord]:
    """Stop it at a checkpoint, within a second; asking twice is harmless."""
    return Call("POST", place("experiments", experiment_id, "pause"), _read, harmless=True)


def resume(experiment_id: str, /) -> Call[ExperimentRecord]:
    """Let a paused one go on, with the numbers of a run that was never paused; asking twice is harmless."""
    return Call("POST", place("experiments", experiment_id, "resume"), _read, harmless=True)


def extend(experiment_id: str, /, epochs: int, *, idempotency_key: str | None = None) -> Call[ExperimentRecord]:
    """Train so many epochs more; they are added once, however often the call is sent."""
    path, body = place("experiments", experiment_id, "extend"), encoded({"epochs": epochs})
    return Call("POST", path, _read, headers=once(idempotency_key), body=body)


def fork(
    experiment_id: str,
    /,
    changes: Mapping[str, Any] | None = None,
    *,
    from_epoch: int | None = None,
    idempotency_key: str | None = None,
    **fields: Any,
) -> Call[ExperimentRecord]:
    """A new experiment with changes (RFC 7396), from the start or from the checkpoint of an epoch.

    It is created once, however often the call is sent.
    """
    path = place("experiments", experiment_id, "fork")
    body = encoded({"changes": document(changes, fields), "from_epoch": from_epoch})
    return Call("POST", path, _read, headers=once(idempotency_key), body=body)


def checkpoints(experiment_id: str, /) -> Call[CheckpointPage]:
    """The checkpoints that are kept, newest first."""
    return Call("GET", place("experiments", experiment_id, "checkpoints"), CheckpointPage.model_validate_json)


def metrics(
    experiment_id: str, /, *, after: int = 0, wait: int = 0, max_points: int | None = None
) -> Call[MetricsPage]:
    """The rows after epoch `after`, the first 10,000 of them; with `wait`, as soon as there is one or after so many
    seconds (at most 60)."""
    query = given(after=after, wait=wait, max_points=max_points)
    path = place("experiments", experiment_id, "metrics")
    return Call("GET", path, MetricsPage.model_validate_json, query=query, seconds=wait)


def log(experiment_id: str, /, *, after: int = 0) -> Call[LogPage]:
    """The lines of its log behind number `after`, with their times, a thousand at most."""
    return Call(
        "GET", place("experiments", experiment_id, "log"), LogPage.model_validate_json, query=given(after=after)
    )


def histories(experiment_ids: Iterable[str], /, *, max_points: int = 100) -> Call[MetricsPages]:
    """The curves of up to 50 experiments at once, by their ids; those that are not there are left out."""
    query: dict[str, int | tuple[str, ...]] = {"experiment": tuple(experiment_ids), "max_points": max_points}
    return Call("GET", "/v1/metrics", MetricsPages.model_validate_json, query=query)


def events(experiment_id: str, /, after: int = 0) -> Call[None]:
    """The event stream of one experiment; `gradus.client.stream` reads it."""
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    return Call("GET", place("experiments", experiment_id, "events"), nothing, headers=headers)


def workspace_events(after: int | None = None) -> Call[None]:
    """The event stream over everything, behind the event of this number; from now on if there is none."""
    headers = {"Accept": "text/event-stream", **({} if after is None else {"Last-Event-ID": str(after)})}
    return Call("GET", "/v1/events", nothing, headers=headers)


def _body(spec: SpecLike | None, fields: Mapping[str, Any]) -> bytes:
    return encoded(spec if spec is not None and not fields else document(spec, fields))
