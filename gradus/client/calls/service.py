"""The rest of `/v1`: data sets, the catalogue, the state of the service, keys."""

from collections.abc import Mapping
from typing import Any

from gradus.client.calls.call import Call, encoded, nothing, place
from gradus.wire.catalog import Catalog
from gradus.wire.dataset import DatasetPage, DatasetRecord
from gradus.wire.key import KeyPage, KeyRequest, NewKey, SignInLink
from gradus.wire.system import SystemRecord


def datasets() -> Call[DatasetPage]:
    """Every data set."""
    return Call("GET", "/v1/datasets", DatasetPage.model_validate_json)


def dataset(name: str, /) -> Call[DatasetRecord]:
    """One data set: sizes, shapes, classes, whether its data are here."""
    return Call("GET", place("datasets", name), DatasetRecord.model_validate_json)


def catalog() -> Call[Catalog]:
    """Every kind that a spec can name."""
    return Call("GET", "/v1/catalog", Catalog.model_validate_json)


def system() -> Call[SystemRecord]:
    """Version, workers, devices, queue, limits."""
    return Call("GET", "/v1/system", SystemRecord.model_validate_json)


def keys() -> Call[KeyPage]:
    """The keys of the workspace, newest first."""
    return Call("GET", "/v1/keys", KeyPage.model_validate_json)


def create_key(asked: KeyRequest | Mapping[str, Any]) -> Call[NewKey]:
    """Make a key; the answer is the only place that shows it, and a lost one is not asked for again."""
    return Call("POST", "/v1/keys", NewKey.model_validate_json, body=encoded(asked))


def revoke_key(key_id: str, /) -> Call[None]:
    """Let a key open nothing any more."""
    return Call("DELETE", place("keys", key_id), nothing)


def sign_in_link() -> Call[SignInLink]:
    """A link that signs one browser in with this key, once."""
    return Call("POST", "/v1/session/links", SignInLink.model_validate_json, harmless=True)
