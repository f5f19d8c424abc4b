"""The text of `docs/http.md` that is not generated from code: what all requests have in common."""

HEAD = """\
# The HTTP API

<!-- Written by `python -m scripts.docs` from `api/`. Change it there, or the text in `scripts/http_text.py`. -->

Requests and responses are JSON; times are in RFC 3339 and UTC. The service has an OpenAPI 3.1 document at
`/openapi.json` and a page for people at `/docs`, which works offline. Bodies need `Content-Type: application/json`.
Unknown parameters are refused: a filter with a typo would otherwise show everything. HEAD works wherever GET does.
`GET /v1/system` lists the limits that are named here.

NaN and infinities are written as the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, in JSON, in streams and in CSV.
They can occur wherever the type below is "number or non-finite".

`openapi-python-client`, `openapi-typescript` and other generators create complete clients from `/openapi.json`. That
document states defaults only in descriptions, so that clients send only what was set and leave defaults to the
service; the catalog (`GET /v1/catalog`) has the defaults as JSON Schema.

Behind a proxy the service may have a path prefix, such as `/gradus/v1/…`; `Location` and the server URL of the OpenAPI
document then begin with the prefix, see [Behind a proxy](distributed.md#behind-a-proxy).

## Creating

A 201 means that the experiment is stored and will run, whatever fails afterwards. With `Prefer: wait=N` the response is
sent when the experiment has ended, or after N seconds (at most 60), with `Preference-Applied: wait=N`. A repeated
request with the same idempotency key waits again.

## Repeating

Every request that creates or adds something accepts an `Idempotency-Key` that the client chooses (up to 255 visible
ASCII characters): creating, forking and extending an experiment; applying and verifying the patch of a finding;
creating, retrying and extending a sweep; creating an upload, a data set or a version of one. If the response was lost,
send the request again with the same key: nothing is done twice, and the first response is repeated, with
`Idempotency-Replayed: true`. The body may be formatted differently; a different content or URL gives 409. A refused
request does not use up its key. Responses are kept for at least 24 hours; deleting an experiment frees its key at once.
Other requests can be repeated without a key, except the creation of API keys, sign-in links and webhooks, whose
responses contain secrets that the service shows once.

## Lists

Lists are sorted newest first. Pass `next_cursor` of one page as the `cursor` of the next, with the same filters; it is
null on the last page. Paging returns each experiment once, even if others are created meanwhile.

## Versions

An experiment's `ETag` changes whenever its document does. With `If-None-Match`, an unchanged document is not sent again
(304). With `If-Match`, a PATCH fails if the experiment was changed meanwhile (412).

## Metrics

`after` is the last epoch that the client has. `wait=N` delays the response until there is a later epoch or the
experiment has ended, at most N seconds. A response has at most 10,000 rows, the earliest first. While its last row is
before `last_epoch`, request the next rows with that row's epoch as `after`, or follow the `Link` with `rel="next"`.

`max_points` downsamples for plots: it keeps the first and the last row, and from each of equally long intervals between
them the rows with the lowest and the highest training loss (non-finite counts as highest), so that peaks and divergence
stay visible. Beyond 50,000 epochs it considers only every second, third … epoch. `/v1/metrics` considers 50,000 epochs
and returns 10,000 rows for all its experiments together.

In CSV (`Accept: text/csv`) the columns are the keys of the row in the same order, null is empty, and all rows are sent.

## Later versions

A later version may add keys to any object of a response, and new statuses, error codes, kinds of layers, tasks, metrics
and kinds of events. Accept unknown values, and skip events of an unknown kind, as the Python client and the command
line do. Requests are validated strictly: an unknown key or kind is refused (422).

## Streams

Streams are server-sent events, or with `Accept: application/x-ndjson` one line of JSON per event, the object after
`data:`.

```
id: 3
event: epoch
data: {"seq":3,"kind":"epoch","at":"2026-11-22T12:30:00.000000Z","experiment_id":"exp_01m8…","data":{"epoch":1, …}}
```

`seq` is the event's number in its experiment's log: 1, 2, 3 … without gaps. `kind` says what `data` is:

EVENT_KINDS

`progress` comes at most once per second and per percent, then once with `done` equal to `total`, which is null if it is
unknown; a step that takes less than a second has none. After `end`, the experiment's own stream closes. Later versions
may add kinds: skip unknown ones.

The stream of a data set, `/v1/datasets/…/events`, has the same form, with `dataset_id` instead of `experiment_id`. Its
kinds are `status` and `end` (the data set), `progress` of the reading, `finding` and `log`; `/v1/events` does not have
them.

In an experiment's own stream, `id` equals `seq`. In `/v1/events`, ids count all events that the caller may see; without
an id that stream starts with new events. NDJSON lines contain no ids: to resume `/v1/events`, use server-sent events.

Responses about an experiment (the experiment, its metrics, its log) have a `last_event`: the `seq` of the newest event
that they include. Stream `…/events` after it to miss nothing. An epoch may be sent again: identify it by its number.
A list of experiments, a sweep and a list of sweeps have a `last_event`, too: the id to stream `/v1/events` after.

An experiment that is retried by its sweep keeps its log: a `status` whose `progress.epoch` is 0 means that the earlier
epochs are deleted, and the following ones start again at 1.

`Last-Event-ID`, or `after` where no header can be sent, resumes after the event with that id: no event is lost or
repeated. A header that is not a number is ignored; a number beyond the end of the log means its end. Every 15 s a
comment (SSE) or an empty line (NDJSON, to be skipped) keeps proxies from closing the connection. A service that shuts
down sends a comment and closes its streams: reconnect with the last id. A browser's `EventSource` reconnects by itself,
even after `end`: close it then.

A key may have 1,000 open streams and long polls per API process, or the number in `streams` of `GET /v1/system`,
including those of browsers signed in with it. Further ones get 429 with `Retry-After`; `Prefer: wait` is then not
applied. A slow client still receives every event, at its own pace.

A change of name, tags, notes or priority is sent as a `status`; for an experiment that has ended, as a `status` and an
`end`, so that the log still ends with `end`. Deleting an experiment deletes its log, so no event reports it: the
experiment's own stream closes with a comment, `/v1/events` sends nothing, and lists no longer contain the experiment.

## Connections

HTTP/1.1 and 1.0, with keep-alive and pipelining. Pipelined requests are not read until the response before them is
sent; if they have more than 64 KiB, the connection is closed after that response. A request's head (request line and
header fields) is limited to 64 KiB, 256 fields and 10 s; so are chunk headers and trailers of a body. The timeout of a
body is 20 s plus 1 s per kilobyte. An idle connection is closed after 5 s; when the process has no free connections
left (`gradus doctor` shows its limit), the connections that have been idle longest are closed for new ones. A client
that reads nothing of its response for 60 s is disconnected; earlier, longest waiting first, if more than 32 MiB of
large responses are waiting for their clients.

A request that violates these limits, or RFC 9112, gets a problem document, and the connection is closed: 400 (not
HTTP/1.1, or not exactly one `Host`), 408 (timeout), 414 (URL too long), 431 (head too large), 501 (a
`Transfer-Encoding` other than `chunked`, `CONNECT`), 503 (all connections are busy), 505. A body with a
`Content-Encoding` gets 415. In a target in absolute form, its host takes precedence over `Host`. Trailer fields are
ignored.

## Errors

Every error is an RFC 9457 document of the type `application/problem+json`: [Problem](#problem). `title` and `detail`
are for people; `code` is for programs. For an invalid document or parameter, `errors` lists every error with its path.
"""
"""In this text, `EVENT_KINDS` is a placeholder for the table of event kinds."""
