"""Merge patches: a document that says what of another one changes (RFC 7396)."""

from collections.abc import Mapping
from typing import Any


def merged(document: Any, patch: Any) -> Any:
    """The document with the patch's changes: objects key by key, null takes a key away, anything else replaces.

    One thing is ours: an object whose `kind` changes begins anew, for the options of one kind mean nothing to
    another. `{"optimizer": {"kind": "sgd"}}` makes plain gradient descent of an Adam with all its options.
    """
    if not isinstance(patch, Mapping):
        return patch
    old = document if isinstance(document, Mapping) and not _another_kind(document, patch) else {}
    changed = {key: merged(old.get(key), value) for key, value in patch.items() if value is not None}
    return {**{key: value for key, value in old.items() if key not in patch}, **changed}


def _another_kind(document: Mapping[str, Any], patch: Mapping[str, Any]) -> bool:
    return "kind" in patch and patch["kind"] != document.get("kind")
