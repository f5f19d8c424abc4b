"""Where the service is, and the key that it wants: given, from the environment, or from `client.json`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from urllib.parse import urlsplit

from gradus import json_text
from gradus.errors import BadRequest, Unavailable

CLIENT_FILE = "client.json"
"""Written by `gradus up` into its data folder: `{"url", "key"}`."""
DEFAULT_DATA_DIR = "~/.gradus"


_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
"""Names of this machine."""


@dataclass(frozen=True)
class Access:
    """An address without a slash at its end, and a key, which stays out of `repr`."""

    url: str
    key: str | None = field(default=None, repr=False)

    @property
    def local(self) -> bool:
        """Whether the service is on this machine: then no proxy stands between."""
        return urlsplit(self.url).hostname in _HERE

    def also_called(self, url: str) -> bool:
        """Whether the address is this one, perhaps by another name of this machine."""
        ours, theirs = urlsplit(self.url), urlsplit(url)
        alike = (ours.scheme, ours.port, ours.path) == (theirs.scheme, theirs.port, theirs.path)
        return url == self.url or (alike and {ours.hostname, theirs.hostname} <= _HERE)


def data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """The data folder: `GRADUS_DATA_DIR`, else `~/.gradus`."""
    return Path(env.get("GRADUS_DATA_DIR") or DEFAULT_DATA_DIR).expanduser().absolute()


def open_command(folder: Path) -> str:
    """What opens the dashboard of the service on this data folder."""
    return "gradus open" if folder == data_dir({}) else f"GRADUS_DATA_DIR={quote(str(folder))} gradus open"


def find_access(url: str | None = None, env: Mapping[str, str] = os.environ, *, key: str | None = None) -> Access:
    """The service that is meant: `url`, else `GRADUS_URL`, else the one that `gradus up` started on the data folder.

    The key of `client.json` goes to its own address alone, which other names of this machine stand for: at the same
    port of `localhost` somebody else may listen. `GRADUS_KEY` wins over it, and `key` over both.

    Raises:
        BadRequest: the address or the key is none.
        Unavailable: no address is known.
    """
    if key == "":
        raise BadRequest("the key that is given is empty: leave it away, or give one")
    saved = _saved(data_dir(env) / CLIENT_FILE)
    given = (env.get("GRADUS_URL") or None) if url is None else url
    if given is not None:
        address = _checked(given)
        ours = saved if saved is not None and saved.also_called(address) else None
    elif saved is None:
        raise Unavailable("no service is known here: start one with `gradus up`, or name its URL")
    else:
        address, ours = saved.url, saved
    own_key = key or env.get("GRADUS_KEY")
    return Access(address, own_key) if ours is None else Access(ours.url, own_key or ours.key)


def _saved(path: Path) -> Access | None:
    try:
        document = json_text.loads(path.read_text())
        return Access(_checked(str(document["url"])), document["key"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, BadRequest) as error:
        raise Unavailable(f"{path} cannot be read ({error}): start `gradus up` again, or use --url") from error


def _checked(url: str) -> str:
    if not _is_address(url):
        raise BadRequest(f"'{url}' is no address: write it like http://127.0.0.1:8000")
    return url.rstrip("/")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # brackets or port
        return False
    whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    return whole and not (parts.query or parts.fragment)
