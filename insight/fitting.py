"""Patches extended to layers with keys of their own, and only those that change the spec."""

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from gradus.fork import changed, unresolved
from gradus.spec.experiment import Spec
from gradus.wire.finding import Finding, Patch

OF_LAYERS = ("activation", "init", "batch_norm", "dropout")
"""The keys that layers inherit from the spec unless they have their own."""


def with_fitting_patches(findings: Iterable[Finding], spec: Spec) -> tuple[Finding, ...]:
    """The findings, with their patches extended to layers that have keys of their own. Patches that change nothing in
    this spec, change it as an earlier one does, or do not fit it, are left out."""
    return tuple(
        finding.model_copy(update={"patches": tuple(_fitting(finding.patches, spec))}) if finding.patches else finding
        for finding in findings
    )


def _fitting(patches: Iterable[Patch], spec: Spec) -> Iterable[Patch]:
    known = [spec.document()]
    for patch in patches:
        whole = patch.model_copy(update={"patch": everywhere(patch.patch, spec)})
        after = _changed(whole.patch, spec) if patch.of == "spec" else None
        if patch.of != "spec" or (after is not None and after not in known):
            yield whole
            known += [] if after is None else [after]


def everywhere(patch: dict[str, Any], spec: Spec) -> dict[str, Any]:
    """The patch, extended to all layers: a layer with a changed key of its own loses that key. The patch then contains
    all layers, as a merge patch replaces a list as a whole."""
    keys = [key for key in OF_LAYERS if key in patch]
    if not keys or "layers" in patch:
        return patch
    layers = unresolved(spec)["layers"]
    without = [_without(layer, keys) for layer in layers]
    return patch if without == layers else {**patch, "layers": without}


def _without(layer: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """A layer's document without these keys. Layers within a residual layer keep their `activation`."""
    left = {key: value for key, value in layer.items() if key not in keys}
    if "layers" in left:
        left["layers"] = [_without(one, [key for key in keys if key != "activation"]) for one in left["layers"]]
    return left


def _changed(patch: dict[str, Any], spec: Spec) -> dict[str, Any] | None:
    """The document of the patched spec; None if it is not valid."""
    try:
        return changed(spec, patch).document()
    except ValidationError:
        return None
