"""Request heads by RFC 9112: what the parser lets through and a server must refuse, and whose `Host` counts."""

import re
from collections.abc import Sequence

import httptools

from api.http.rejection import Rejection

MOST_FIELDS = 256
"""Header fields of one request."""
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]+)?(?::\d*)?")
"""A name or an address, and a port (RFC 3986); nothing, where the target has no authority."""

Headers = list[tuple[bytes, bytes]]
"""Names in lower case, and values, in the order in which they came."""


def origin_form(method: bytes, target: bytes, version: str, headers: Headers) -> bytes:
    """Path and query of the target. Where the target names a host, that becomes `Host`.

    Raises:
        Refusal: the head is not one that a server may answer otherwise.
    """
    if version not in {"1.0", "1.1"}:
        raise Rejection(505, "http_version", f"this service speaks HTTP/1.1, not HTTP/{version}")
    if method == b"CONNECT":
        raise Rejection(501, "not_implemented", "this service is no proxy: CONNECT is not possible")
    if len(headers) > MOST_FIELDS:
        raise Rejection(431, "head_too_large", f"a request may have {MOST_FIELDS} header fields at most")
    _check_framing(version, headers)
    _check_host(version, headers)
    return _without_authority(target, headers)


def has_body(headers: Headers) -> bool:
    """Whether a body follows."""
    return any(name == b"transfer-encoding" or (name == b"content-length" and int(value)) for name, value in headers)


def _values(headers: Headers, wanted: bytes) -> Sequence[bytes]:
    return [value for name, value in headers if name == wanted]


def _check_framing(version: str, headers: Headers) -> None:
    codings = b",".join(_values(headers, b"transfer-encoding")).lower().split(b",")
    if codings == [b""]:
        return
    if version == "1.0":
        raise Rejection(400, "bad_http", "a request of HTTP/1.0 cannot have a Transfer-Encoding")
    if [coding.strip() for coding in codings] != [b"chunked"]:
        raise Rejection(501, "transfer_encoding", "of transfer encodings this service knows 'chunked' alone")


def _check_host(version: str, headers: Headers) -> None:
    hosts = _values(headers, b"host")
    if len(hosts) > 1 or (version == "1.1" and not hosts):
        raise Rejection(400, "bad_host", f"a request of HTTP/{version} names one Host, and this one {len(hosts)}")
    if hosts and not _HOST.fullmatch(hosts[0].strip()):
        raise Rejection(400, "bad_host", "the Host is not a name or an address, with or without a port")


def _without_authority(target: bytes, headers: Headers) -> bytes:
    """RFC 9112, 3.2.2: the host of an absolute target counts, and a `Host` beside it does not."""
    if target.startswith(b"/") or target == b"*":
        _parsed(target)
        return target
    scheme, separator, rest = target.partition(b"://")
    authority, slash, path = rest.partition(b"/")
    authority, mark, query = authority.partition(b"?") if b"?" in authority else (authority, b"", b"")
    if not separator or scheme.lower() not in {b"http", b"https"} or not authority or not _HOST.fullmatch(authority):
        raise _no_target()
    _parsed(target)
    headers[:] = [(b"host", authority), *(one for one in headers if one[0] != b"host")]
    return b"/" + mark + query + slash + path if mark else b"/" + path


def _parsed(target: bytes) -> None:
    try:
        httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        raise _no_target() from None


def _no_target() -> Rejection:
    return Rejection(400, "bad_http", "the target of the request is not a valid address")
