"""Any valid spec can be converted to JSON and back, whatever its numbers."""

import json
from typing import Any

from hypothesis import given, settings

from gradus.datasets import DATASETS
from gradus.fork import changed
from gradus.spec.experiment import Spec
from gradus.summary import dry_run
from tests.built_in import resolved
from tests.documents import specs

SPECS = specs([name for name, facts in DATASETS.items() if facts.classes], 100_000, 100_000_000, 100_000)


@settings(max_examples=80, deadline=None)
@given(SPECS)
def test_a_spec_comes_back_from_json_bit_for_bit(document: dict[str, Any]) -> None:
    experiment = Spec.model_validate_json(json.dumps(document))
    assert Spec.model_validate(document) == experiment
    once = resolved(experiment)
    again = Spec.model_validate_json(json.dumps(once.document))
    assert again == once.spec == resolved(again).spec
    assert resolved(again).fingerprint == once.fingerprint


@settings(max_examples=50, deadline=None)
@given(SPECS)
def test_a_fork_without_changes_is_the_same_network(document: dict[str, Any]) -> None:
    once = resolved(Spec.model_validate(document))
    forked = changed(once.spec, {}, DATASETS[once.spec.dataset.name].default_validation)
    assert resolved(forked).spec == once.spec


@settings(max_examples=50, deadline=None)
@given(SPECS)
def test_any_valid_spec_can_be_summed_up(document: dict[str, Any]) -> None:
    experiment = Spec.model_validate(document)
    summary = dry_run(resolved(experiment))
    assert summary.parameters > 0
    assert summary.memory_bytes > 4 * summary.parameters
    assert type(summary).model_validate_json(summary.model_dump_json()) == summary
