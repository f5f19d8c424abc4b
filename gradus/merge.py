"""JSON merge patches (RFC 7396)."""

from collections.abc import Mapping
from typing import Any


def merged(document: Any, patch: Any) -> Any:
    """Apply a merge patch: objects are merged key by key, null removes a key, any other value replaces the old one.

    One extension to the RFC: if the patch changes the `kind` of an object, the object's other keys are dropped, because
    the parameters of one kind mean nothing to another. `{"optimizer": {"kind": "sgd"}}` replaces an Adam with all its
    parameters by plain SGD.
    """
    if not isinstance(patch, Mapping):
        return patch
    old = document if isinstance(document, Mapping) and not _changes_kind(document, patch) else {}
    changed = {key: merged(old.get(key), value) for key, value in patch.items() if value is not None}
    return {**{key: value for key, value in old.items() if key not in patch}, **changed}


def _changes_kind(document: Mapping[str, Any], patch: Mapping[str, Any]) -> bool:
    return "kind" in patch and patch["kind"] != document.get("kind")
