"""Checks of request heads that RFC 9112 requires and the parser does not make, the choice of the `Host`, and how heads
are rejected."""

import re
from collections.abc import Sequence

import httptools

from api.http.connection_limits import HEAD_BYTES
from api.http.rejection import Rejection

MAX_FIELDS = 256
"""Limit on the header fields of one request."""
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]+)?(?::\d*)?")
"""A host name or an IP address with an optional port (RFC 3986); empty if the target has no authority."""

Headers = list[tuple[bytes, bytes]]
"""Lower-case names with values, in the order received."""


def checked_head(parser: httptools.HttpRequestParser, target: bytes, headers: Headers) -> tuple[bytes, int | None]:
    """Path and query of a request whose head has been parsed, and its Content-Length, if it has one.

    Raises:
        Rejection: the head is invalid or not supported.
    """
    path = origin_form(parser.get_method(), target, parser.get_http_version(), headers)
    if parser.should_upgrade() and _has_body(headers):
        raise Rejection(501, "not_implemented", "a request with a body cannot have an Upgrade header: leave it out")
    return path, next((int(value) for value in _values(headers, b"content-length")), None)


def origin_form(method: bytes, target: bytes, version: str, headers: Headers) -> bytes:
    """Path and query of the target. If the target names a host, that host replaces the `Host` header.

    Raises:
        Rejection: the head is invalid or not supported.
    """
    if version not in {"1.0", "1.1"}:
        raise Rejection(505, "http_version", f"this service supports HTTP/1.1, not HTTP/{version}")
    if method == b"CONNECT":
        raise Rejection(501, "not_implemented", "this service is not a proxy: CONNECT is not supported")
    if len(headers) > MAX_FIELDS:
        raise Rejection(431, "head_too_large", f"the request has more than {MAX_FIELDS} header fields")
    _check_framing(version, headers)
    _check_host(version, headers)
    return _without_authority(target, headers)


def _has_body(headers: Headers) -> bool:
    """Whether the request has a body."""
    return any(name == b"transfer-encoding" or (name == b"content-length" and int(value)) for name, value in headers)


def head_too_large(url: bytes, *, in_body: bool) -> Rejection:
    """The rejection of a head, or of what surrounds the parts of a body, that is larger than the limit."""
    limit = f"the limit is {HEAD_BYTES} bytes"
    if in_body:
        return Rejection(431, "head_too_large", f"the body's chunk extensions or trailers are too large: {limit}")
    if 2 * len(url) > HEAD_BYTES:
        return Rejection(414, "uri_too_long", f"the URL and the header fields are too large together: {limit}")
    return Rejection(431, "head_too_large", f"the header fields and the URL are too large together: {limit}")


def malformed(error: httptools.HttpParserError) -> Rejection:
    """The rejection of what the parser cannot parse."""
    return Rejection(400, "bad_http", f"malformed HTTP/1.1 request: {error}")


def _values(headers: Headers, field: bytes) -> Sequence[bytes]:
    return [value for name, value in headers if name == field]


def _check_framing(version: str, headers: Headers) -> None:
    codings = b",".join(_values(headers, b"transfer-encoding")).lower().split(b",")
    if codings == [b""]:
        return
    if version == "1.0":
        raise Rejection(400, "bad_http", "an HTTP/1.0 request cannot have a Transfer-Encoding")
    if [coding.strip() for coding in codings] != [b"chunked"]:
        raise Rejection(501, "transfer_encoding", "the only supported Transfer-Encoding is 'chunked'")


def _check_host(version: str, headers: Headers) -> None:
    hosts = _values(headers, b"host")
    if len(hosts) > 1 or (version == "1.1" and not hosts):
        raise Rejection(400, "bad_host", f"an HTTP/{version} request must have one Host header, not {len(hosts)}")
    if hosts and not _HOST.fullmatch(hosts[0].strip()):
        raise Rejection(400, "bad_host", "the Host header is not a host name or an IP address with an optional port")


def _without_authority(target: bytes, headers: Headers) -> bytes:
    """The target as path and query. The host of an absolute URL replaces the `Host` header (RFC 9112, 3.2.2).

    Raises:
        Rejection: the target is not a valid URL.
    """
    if target.startswith(b"/") or target == b"*":
        _check_url(target)
        return target
    scheme, separator, rest = target.partition(b"://")
    authority, slash, path = rest.partition(b"/")
    authority, mark, query = authority.partition(b"?") if b"?" in authority else (authority, b"", b"")
    if not separator or scheme.lower() not in {b"http", b"https"} or not authority or not _HOST.fullmatch(authority):
        raise _invalid_target()
    _check_url(target)
    headers[:] = [(b"host", authority), *((name, value) for name, value in headers if name != b"host")]
    return b"/" + mark + query + slash + path if mark else b"/" + path


def _check_url(target: bytes) -> None:
    try:
        httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        raise _invalid_target() from None


def _invalid_target() -> Rejection:
    return Rejection(400, "bad_http", "the request target is not a valid URL")
