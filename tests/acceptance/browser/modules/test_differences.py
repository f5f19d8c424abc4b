"""Where specs differ, as the comparison of runs shows it."""

from typing import Any

import pytest

from gradus.spec.experiment import Spec
from tests.acceptance.browser.module_page import ModulePage, result

SCRIPT = """
const { describe } = await import("/pages/dashboard/pages/new/schema/describe.js");
const { differences } = await import("/pages/dashboard/pages/compare/differences.js");
const description = describe(schema, schema.$defs);
return Object.fromEntries(differences(specs, description).map(({ path, values }) => [path, values]));
"""


def uploaded(**dataset: Any) -> dict[str, Any]:
    """A spec on an uploaded data set, as the service resolves it."""
    split = {"kind": "stratified", "validation": 0.1, "test": 0.2, "seed": 0}
    words = {"name": "churn", "version": 1, "target": "exited", "split": split, **dataset}
    return Spec(dataset=words, layers=[8]).written_out().model_dump(mode="json")


def schema() -> dict[str, Any]:
    """The schema of a spec with the names of the data sets, as the pages describe it."""
    found = Spec.model_json_schema()
    dataset = found["properties"]["dataset"]
    names = {"enum": ["churn", "digits"]}
    dataset["anyOf"] = [names if branch.get("type") == "string" else branch for branch in dataset["anyOf"]]
    return found


DIGITS = Spec(dataset="digits", layers=[8]).written_out().model_dump(mode="json")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (
            uploaded(columns={"id": "ignore"}),
            uploaded(),
            {"dataset/columns/id/role": ["ignore", None]},
        ),
        (uploaded(columns={"id": "ignore"}), DIGITS, {"dataset/columns/id/role": ["ignore", None]}),
        (
            uploaded(class_weights={"yes": 5.0, "no": 1.0}),
            uploaded(class_weights={"yes": 2.0, "no": 1.0}),
            {"dataset/class_weights/yes": [5, 2]},
        ),
        (
            uploaded(target={"column": "tags", "separator": ";"}),
            uploaded(target={"column": "tags", "separator": ","}),
            {"dataset/target/separator": [";", ","]},
        ),
        (uploaded(target=["a", "b"]), uploaded(target=["a"]), {"dataset/target/1": ["b", None]}),
        (uploaded(augment=["flip"]), uploaded(), {"dataset/augment/0": ["flip", None]}),
    ],
    ids=["a role", "a built-in data set", "weights of classes", "tags", "targets", "augmentation"],
)
def test_runs_on_uploaded_data_are_compared(
    modules: ModulePage, one: dict[str, Any], other: dict[str, Any], expected: dict[str, Any]
) -> None:
    with modules.emptied() as page:
        page.evaluate("given => Object.assign(window, given)", {"schema": schema(), "specs": [one, other]})
        found = result(page, SCRIPT)
    assert {path: values for path, values in found.items() if path in expected} == expected
