"""Where the service is, and the key that it wants: given, from the environment, or from `client.json`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gradus import json_text
from gradus.errors import BadRequest, Unavailable

CLIENT_FILE = "client.json"
"""Written by `gradus up` into its data folder: `{"url", "key"}`."""
DEFAULT_DATA_DIR = "~/.gradus"


@dataclass(frozen=True)
class Access:
    """An address without a slash at its end, and a key, which stays out of `repr`."""

    url: str
    key: str | None = field(default=None, repr=False)

    @property
    def local(self) -> bool:
        """Whether the service is on this machine: then no proxy stands between."""
        return urlsplit(self.url).hostname in {"127.0.0.1", "::1", "localhost"}


def data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """The data folder: `GRADUS_DATA_DIR`, else `~/.gradus`."""
    return Path(env.get("GRADUS_DATA_DIR") or DEFAULT_DATA_DIR).expanduser().absolute()


def find_access(url: str | None = None, env: Mapping[str, str] = os.environ, *, key: str | None = None) -> Access:
    """The service that is meant: `url`, else `GRADUS_URL`, else the one that `gradus up` started on the data folder.

    The key of `client.json` goes to its own address alone; for others it is `GRADUS_KEY`. `key` wins over both.

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
        same = saved is not None and saved.url == address
        return Access(address, key or env.get("GRADUS_KEY") or (saved.key if saved and same else None))
    if saved is None:
        raise Unavailable("no service is known here: start one with `gradus up`, or name its URL")
    return saved if key is None else Access(saved.url, key)


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
