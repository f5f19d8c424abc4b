"""The service's URL and API key: from arguments, from the environment, or from `client.json`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gradus import environment, json_text
from gradus.data_folder import CLIENT_FILE, abandoned, default_dir
from gradus.errors import BadRequest, Unavailable

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
"""Host names of this machine."""


@dataclass(frozen=True)
class Credentials:
    """A URL without a trailing slash, and a key, which `repr` does not show."""

    url: str
    key: str | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """The URL for messages, without a user name and password."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def local(self) -> bool:
        """Whether the service is on this machine, so that requests bypass any proxy."""
        return urlsplit(self.url).hostname in _HERE

    def headers(self) -> dict[str, str]:
        """The header that carries the key.

        Raises:
            BadRequest: the key cannot be sent in a header as it is.
        """
        if not self.key:
            return {}
        if not (self.key.isascii() and self.key.isprintable()):
            raise BadRequest("invalid API key: it has characters that no key has")
        if urlsplit(self.url).username is not None:
            raise BadRequest("the URL has a user name, and a key is given too: a request carries only one of them")
        return {"Authorization": f"Bearer {self.key}"}

    def also_called(self, url: str) -> bool:
        """Whether the URL is the same service, perhaps by another name of this machine."""
        ours, theirs = urlsplit(self.url), urlsplit(url)
        alike = (ours.scheme, ours.port, ours.path) == (theirs.scheme, theirs.port, theirs.path)
        return url == self.url or (alike and {ours.hostname, theirs.hostname} <= _HERE)


def find_credentials(
    url: str | None = None, env: Mapping[str, str] = os.environ, *, key: str | None = None
) -> Credentials:
    """The service to use: `url`, else `GRADUS_URL`, else the one that `gradus up` started on the data folder.

    The key in `client.json` is sent only to the URL in that file, under any name of this machine. If both the URL and
    the key come from the file, its service must be running: otherwise another program could listen on the port.
    `GRADUS_KEY` takes precedence over the file's key, and `key` over both.

    Raises:
        BadRequest: the URL is not valid, or a value is empty.
        Unavailable: no address is known, or the service of the data folder does not run.
    """
    address = environment.text(env, "GRADUS_URL") if url is None else url
    own_key = environment.text(env, "GRADUS_KEY") if key is None else key
    if own_key is not None and not own_key.strip():
        raise BadRequest("the key is empty: leave it out, or give one")
    if address is None:
        saved = _saved(env)
        if saved is None:
            raise Unavailable("no service is known here: start one with `gradus up`, or name its URL")
        if own_key is None:
            _require_running(saved, env)
        return Credentials(saved.url, own_key or saved.key)
    return _elsewhere(_checked(address), own_key, env)


def _elsewhere(address: str, key: str | None, env: Mapping[str, str]) -> Credentials:
    """The service at an address, with the file's key if it is the file's service and no other key was given."""
    try:
        saved = _saved(env)
    except Unavailable:  # the file is damaged, but not needed
        saved = None
    if saved is not None and saved.also_called(address):
        return Credentials(saved.url, key or saved.key)
    return Credentials(address, key)


def _require_running(saved: Credentials, env: Mapping[str, str]) -> None:
    """Check that the local service of `client.json` runs before its key is sent: once it has ended, another program
    could listen on its port.

    Raises:
        Unavailable: it is not running.
    """
    folder = _folder(env)
    if saved.local and folder is not None and abandoned(folder):
        why = f"the service of {folder} is not running: start it with `gradus up`"
        raise Unavailable(why, code="unreachable")


def _folder(env: Mapping[str, str]) -> Path | None:
    return environment.folder(env, "GRADUS_DATA_DIR") or default_dir()


def _saved(env: Mapping[str, str]) -> Credentials | None:
    """The URL and key that `gradus up` wrote; None if there are none."""
    folder = _folder(env)
    if folder is None:
        return None
    path = folder / CLIENT_FILE
    try:
        document = json_text.loads(path.read_text())
        return Credentials(_checked(str(document["url"])), document["key"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, BadRequest) as error:
        raise Unavailable(f"{path} cannot be read ({error}): start `gradus up` again, or use --url") from error


def _checked(url: str) -> str:
    if not _is_address(url):
        raise BadRequest(f"'{url}' is not a URL: write it like http://127.0.0.1:8000")
    return url.rstrip("/")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # brackets or port
        return False
    whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    return whole and not set("?#") & set(url) and url.isprintable()
