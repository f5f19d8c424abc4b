"""The page `docs/http.md`: every request of the API, every answer, every object in them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from api.app import create_app
from gradus.errors import BY_STATUS
from gradus.status import FailureCode, Status
from gradus.wire.key import Role
from gradus.wire.sweep import SweepStatus, Verdict
from hub.hub import Hub
from hub.settings import Settings
from scripts.enum_words import meanings
from scripts.markdown import table
from scripts.openapi_words import PREFIX, SPEC, Schema, kind

HEAD = """\
# The HTTP API

<!-- Written by `python -m scripts.docs` from `api/`. Change it there, or the text in `scripts/http_page.py`. -->

JSON in, JSON out, times in RFC 3339 and UTC. The service describes itself in OpenAPI 3.1 at `/openapi.json` and, for
people, at `/docs`, without internet. Bodies want `Content-Type: application/json`. A parameter that is not known is
refused: a filter with a typo would otherwise show everything. HEAD works wherever GET does. Where a limit is named,
`GET /v1/system` names it too.

NaN and infinities are spelled as the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, in JSON, in streams and in CSV.
Where "number or non-finite" stands below, they may come.

`openapi-python-client`, `openapi-typescript` and other generators make whole clients of `/openapi.json`. There a
default is told in the description of its key, so that a client sends what it was given and leaves the rest to the
service; the catalog (`GET /v1/catalog`) has the defaults as JSON Schema.

Behind a proxy the service may live below a path, `/gradus/v1/…`; `Location` and the document's server then begin with
it, [as told there](distributed.md#behind-a-proxy).

## Creating

A 201 says that the experiment is stored and will run, whatever fails afterwards. With `Prefer: wait=N` the answer comes
when the experiment is over, or after N seconds (at most 60), with `Preference-Applied: wait=N`; repeated under the same
key it waits again.

## Repeating

Whatever creates or adds something takes an `Idempotency-Key` of your own making (up to 255 visible ASCII characters):
creating, forking and extending an experiment, creating, retrying and extending a sweep. A request whose answer was lost
can then be sent again: nothing is done twice, and the first answer comes again as it was, with
`Idempotency-Replayed: true`. The spelling of the body may differ, its meaning may not, nor may the address: then it is
409. What was refused leaves the key free. First answers are kept for 24 hours at least; a deleted experiment frees its
key at once. The other requests can be repeated without a key, except for the making of API keys and sign-in links:
their answers hold secrets, which the service does not keep.

## Lists

Newest first. `next_cursor` of one page is the `cursor` of the next, with the same filters; it is null on the last page.
A walk sees each experiment once, however many are created meanwhile.

## Versions

An experiment's `ETag` changes with everything that its document shows. `If-None-Match` saves sending what the client
has (304). `If-Match` on a PATCH makes sure that nobody else has changed it (412).

## Metrics

`after` names the last epoch that the client has. `wait=N` holds the answer back until there is a later one or the
experiment is over, N seconds at most. An answer has 10,000 rows at most, from the first on: while its last row is of an
earlier epoch than `last_epoch`, ask again with that row's epoch as `after`, or follow the `Link` with `rel="next"`.

`max_points` is for drawing: it keeps the first row, the last, and of equally long stretches between them the rows with
the lowest and the highest training loss, one that is not finite counting as the highest: peaks and divergence stay
visible. Of more than 50,000 epochs it looks at every second, third … `/v1/metrics` looks at 50,000 epochs and gives
10,000 rows for all its experiments together.

In CSV (`Accept: text/csv`) the columns are the keys of the row, in its order, null is empty, and all rows come.

## Later versions

Answers grow: a later version may add keys to any object, and know more statuses, error codes, kinds of layers, tasks,
metrics and kinds of events. Keep what you do not know, and skip events of a kind that you do not know, as the Python
client and the command line do. What is sent is read strictly: an unknown key or kind is refused (422).

## Streams

Server-sent events, or with `Accept: application/x-ndjson` a line for each: the same object as behind `data:`.

```
id: 3
event: epoch
data: {"seq":3,"kind":"epoch","at":"2026-11-22T12:30:00.000000Z","experiment_id":"exp_01m8…","data":{"epoch":1, …}}
```

`seq` is the event's number in the log of its experiment: 1, 2, 3 … without gaps. `kind` is `status` (the `data`: the
experiment), `epoch` (a metrics row), `log` (`level` and `message`), `progress` (how far a long step is that training
waits for, such as a download: `what`, `done`, `total`, which is null while nobody knows it, and `unit`; at most one a
second and one a percent, then one with `done` equal to `total`; none of a step of less than a second) or `end` (the
experiment; its own stream closes behind it). More kinds may come: skip those that you do not know.

In an experiment's own stream `id` is `seq`. In `/v1/events` ids count everything that the caller may see; without a
first id that stream starts now. Lines of JSON do not tell ids: who wants to resume `/v1/events` reads server-sent
events.

The answers about an experiment (itself, its metrics, its log) have a `last_event`: the `seq` of the newest event that
they already contain. Stream `…/events` after it, and nothing is missing between the two. An epoch may come once more:
know it by its number.

An experiment that its sweep tries again goes on in its log: a `status` whose `progress.epoch` is 0
says that the epochs before are forgotten, and they begin again at 1.

`Last-Event-ID`, or `after` where no header can be sent, resumes behind the event of that id: none is lost, none comes
twice. A header that is no number is ignored; a number beyond the end of the log means its end. Every 15 s comes a
comment (SSE) or a blank (NDJSON, to be skipped), so that proxies stay awake. A service that stops says farewell in a
comment and closes its streams: come back with the last id. A browser's `EventSource` comes back by itself, also after
`end`: close it there.

A key may hold 1,000 streams and long polls open on one API process, or as many as `GET /v1/system` says in `streams`;
browsers that it signed in count with it. One more gets 429 with `Retry-After`; `Prefer: wait` is then not applied. A
client that reads slowly is told everything, at its own pace.

A change of name, tags or notes is told as a `status`; of an experiment that is over, as a `status` and an `end`, so
that the log still ends with one. A deletion takes the log along, and no event can tell of it: the experiment's own
stream closes with a comment, `/v1/events` stays silent, and a list learns of it when it is read again.

## Connections

HTTP/1.1 and 1.0, with keep-alive and pipelining; requests that wait for an answer before theirs are not read until
then, and where they have more than 64 KiB the connection ends with that answer. A request's head, its line and header
fields, may have 64 KiB and 256 fields and take 10 s; so may what stands between and behind the chunks of a body. A body
may take 20 s and one more for each kilobyte. A connection on which nothing is asked is closed after 5 s; when as many
are open as the process can have (`gradus doctor` tells its limit), the longest idle ones make room for new ones. A
client that takes nothing of its answer for 60 s is given up; earlier, the longest waiting first, where more than 32 MiB
of large answers wait for their clients.

What breaks these bounds, or RFC 9112, gets a problem like every other mistake, and the connection ends: 400 (not
HTTP/1.1, or not exactly one `Host`), 408 (too slow), 414 (the address too long), 431 (the head too large), 501 (a
`Transfer-Encoding` other than `chunked`, `CONNECT`), 503 (every connection is busy), 505. A body with a
`Content-Encoding` gets 415. Of a target in absolute form its host counts, not `Host`. Trailer fields are ignored.

## Errors

Every error is an RFC 9457 document of the type `application/problem+json`: [Problem](#problem). `title` and `detail`
are for people; `code` is for programs. For a document with mistakes `errors` lists each of them with its place; for a
parameter too.
"""

OUTLINE = {
    "experiments": "Experiments",
    "sweeps": "Sweeps",
    "metrics and events": "Metrics and events",
    "about": "About the service",
    "keys": "Keys and sessions",
    "operation": "Operation",
}
"""The sections, by the tag of their requests."""

ENUMERATIONS = {one.__name__: one for one in (FailureCode, Role, Status, SweepStatus, Verdict)}

EVERYWHERE = ("400", "401", "403", "408", "414", "429", "431", "500", "503")
"""Answers that any request may get, said once."""


def http_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *_errors(), *_requests(), *_objects()])


@cache
def _document() -> dict[str, Any]:
    nowhere = Path("/nonexistent")
    hub = Hub(Settings("sqlite:////nonexistent", "redis://127.0.0.1:1/0", str(nowhere), nowhere, (nowhere,)))
    return create_app(hub).openapi()


def _errors() -> Iterator[str]:
    yield from table(
        ("status", "title", "means"),
        ((str(status), error.title, (error.__doc__ or "").strip()) for status, error in sorted(BY_STATUS.items())),
    )
    yield f"Any request under `/v1` may get {', '.join(EVERYWHERE)}. What else a request may get stands with it.\n"


def _requests() -> Iterator[str]:
    operations = [
        (method.upper(), path, operation)
        for path, methods in _document()["paths"].items()
        for method, operation in methods.items()
    ]
    assert {operation["tags"][0] for *_, operation in operations} == set(OUTLINE)
    for tag, title in OUTLINE.items():
        yield f"## {title}\n"
        for method, path, operation in operations:
            if operation["tags"] == [tag]:
                yield from _request(method, path, operation)


def _request(method: str, path: str, operation: Schema) -> Iterator[str]:
    yield f"### `{method} {path}`\n"
    yield operation["description"] + "\n"
    if "requestBody" in operation:
        yield f"Body: {_content(operation['requestBody'])}.\n"
    parameters = [one for one in operation.get("parameters", ()) if one["in"] != "path"]
    if parameters:
        yield from table(("parameter", "accepts", "default", "meaning"), map(_parameter, parameters))
    yield from table(("answer", "is", "meaning"), _answers(operation["responses"]))
    problems = [status for status, response in sorted(operation["responses"].items()) if _is_problem(response)]
    if own := [status for status in problems if status not in EVERYWHERE]:
        yield f"Problems: {', '.join(own)}.\n"


def _parameter(parameter: Schema) -> tuple[str, str, str, str]:
    schema = parameter["schema"]
    text = kind(_without_null(schema))
    name = f"`{parameter['name']}`" + (" (header)" if parameter["in"] == "header" else "")
    default = schema.get("default")
    return (
        name,
        text,
        "" if default is None else f"`{str(default).lower()}`",
        " ".join(parameter["description"].split()),
    )


def _without_null(schema: Schema) -> Schema:
    """A parameter that may be left out is null inside; nobody can send that."""
    parts = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    one = parts[0] if parts else schema
    if one.get("type") == "array":
        one = one["items"]
    return _schemas()[one["$ref"].removeprefix(PREFIX)] if "$ref" in one else one


def _answers(responses: Schema) -> Iterator[tuple[str, str, str]]:
    for status, response in sorted(responses.items()):
        if not _is_problem(response):
            meaning = response["description"].replace("Successful Response", "")
            headers = ", ".join(f"`{name}`" for name in response.get("headers", ()))
            yield status, _content(response), f"{meaning} Headers: {headers}.".strip() if headers else meaning


def _is_problem(response: Schema) -> bool:
    return "application/problem+json" in response.get("content", {})


def _content(body: Schema) -> str:
    """What comes in each form."""
    forms = {media: content.get("schema", {}) for media, content in body.get("content", {}).items()}
    return " or ".join(
        kind(schema) if media == "application/json" and schema else f"`{media}`" for media, schema in forms.items()
    )


def _schemas() -> dict[str, Schema]:
    schemas: dict[str, Schema] = _document()["components"]["schemas"]
    return schemas


def _objects() -> Iterator[str]:
    yield "## Objects\n"
    for name, schema in sorted(_schemas().items()):
        plain = name.removesuffix("Input")
        if plain not in SPEC and (plain == name or plain not in _schemas()):
            yield f"### {plain}\n"
            yield from _members(plain, schema) if "enum" in schema else _object(schema)


def _members(name: str, schema: Schema) -> Iterator[str]:
    """Of an enumeration, with what each means."""
    yield schema["description"] + "\n"
    said = meanings(ENUMERATIONS[name])
    yield from table(("value", "means"), ((f"`{value}`", said[value]) for value in schema["enum"]))


def _object(schema: Schema) -> Iterator[str]:
    if schema.get("description"):
        yield schema["description"] + "\n"
    yield from table(
        ("key", "is", "meaning"),
        (
            (f"`{key}`", kind(field), " ".join(field.get("description", "").split()))
            for key, field in schema.get("properties", {}).items()
        ),
    )
