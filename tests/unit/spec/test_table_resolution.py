"""The resolution of a spec with the facts of an uploaded data set."""

from typing import Any

import pytest

from gradus.errors import Conflict, InvalidSpec
from gradus.facts import ColumnFacts, ColumnType, FileFacts, FirstText, TableFacts, ValueCount
from gradus.paths import put
from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.experiment import Spec

DIGEST = "sha256:" + "5" * 64
ROWS = 1000


def column(name: str, type_: ColumnType, values: dict[str, int] | None = None, **facts: Any) -> ColumnFacts:
    counts = tuple(ValueCount(value=value, count=count) for value, count in (values or {}).items())
    return ColumnFacts(name=name, type=type_, values=counts, **{"distinct": len(counts), **facts})


CITIES = {f"city {i}": 10 for i in range(100)}
CHURN = TableFacts(
    name="churn",
    version=3,
    digest=DIGEST,
    rows=ROWS,
    columns=(
        column("id", "text", distinct=1000),
        column("age", "integer", distinct=70, missing=5, minimum=18, maximum=90),
        column("city", "text", CITIES, missing=2),
        column("balance", "number", distinct=900, minimum=-3.0, maximum=8e5),
        column("member", "boolean", {"false": 600, "true": 400}),
        column("opt in", "boolean", {"true": 700, "false": 300}),
        column("plan", "integer", {"10": 500, "2": 480, "1": 20}),
        column("household", "text", distinct=400),
        column("country", "text", {"CH": 1000}),
        column("part", "text", {"train": 700, "tset": 12, "test": 288}),
        column("signup", "date", distinct=300),
        column("exited", "text", {"no": 800, "yes": 190}, missing=10),
    ),
    target="exited",
)


def resolved(facts: TableFacts = CHURN, **dataset: Any) -> ResolvedSpec:
    return resolve(Spec(dataset={"name": "churn", **dataset}, layers=[8]), facts)


def wrong(facts: TableFacts = CHURN, **dataset: Any) -> tuple[str, str]:
    with pytest.raises(InvalidSpec) as refusal:
        resolved(facts, **dataset)
    (mistake,) = refusal.value.errors
    return mistake.path.removeprefix("dataset/"), mistake.message


def test_a_regression_names_the_first_text_and_its_line() -> None:
    exited = CHURN.columns[-1].model_copy(update={"first_text": FirstText(line=7, text="no")})
    facts = CHURN.model_copy(update={"columns": (*CHURN.columns[:-1], exited)})
    message = "'exited' has text, first 'no' in line 7: regression needs numbers; choose classification"
    assert wrong(facts, task="regression") == ("task", message)


def test_everything_is_written_out() -> None:
    document = resolved().document["dataset"]
    assert {key: value for key, value in document.items() if key not in {"columns", "categories", "split"}} == {
        "name": "churn",
        "version": 3,
        "digest": DIGEST,
        "target": "exited",
        "task": "classification",
        "numbers": {"kind": "min_max"},
        "dates": {"kind": "calendar"},
        "missing": {"kind": "median", "flag": False},
        "class_weights": "none",
        "limit": None,
    }
    assert {name: setting["role"] for name, setting in document["columns"].items()} == {"id": "ignore"}
    assert (document["categories"]["kind"], document["split"]["kind"]) == ("one_hot", "stratified")


def test_a_resolved_spec_is_left_as_it_is() -> None:
    once = resolved(columns={"city": {"encode": "hash"}, "age": "ignore"}, split={"kind": "random", "test": 100})
    again = resolve(Spec.model_validate(once.document), CHURN)
    assert again == once
    assert again.fingerprint == once.fingerprint


def test_the_digest_is_part_of_the_fingerprint() -> None:
    other = CHURN.model_copy(update={"digest": "sha256:" + "6" * 64})
    assert resolved().fingerprint != resolved(other).fingerprint


def test_the_plan_has_the_classes_in_order_and_the_sizes_of_the_split() -> None:
    data = resolved().data
    assert (data.task, data.classes, data.targets, data.outputs) == ("classification", ("no", "yes"), ("exited",), 2)
    assert (data.train_examples, data.validation_examples, data.test_examples) == (693, 99, 198)  # of 990
    assert data.inputs == sum(block.width for block in data.blocks)
    assert {block.column for block in data.blocks} >= {"age", "city", "signup"}
    assert {block.column for block in data.blocks}.isdisjoint({"id", "exited"})
    assert resolved(limit=50).data.train_examples == 50


@pytest.mark.parametrize(
    ("dataset", "task", "classes", "outputs"),
    [
        ({"target": "member"}, "classification", ("false", "true"), 2),
        ({"target": "plan"}, "classification", ("1", "2", "10"), 3),
        ({"target": "plan", "task": "regression"}, "regression", (), 1),
        ({"target": "age"}, "regression", (), 1),
        ({"target": ["balance", "age"], "split": "random"}, "regression", (), 2),
        ({"target": ["member", "opt in"]}, "multi_label", ("member", "opt in"), 2),
        ({"target": {"column": "exited", "separator": "e"}}, "multi_label", ("no", "s", "y"), 3),
        ({"target": None, "columns": {"member": "target"}}, "classification", ("false", "true"), 2),
    ],
    ids=str,
)
def test_the_task_follows_from_the_target(
    dataset: dict[str, Any], task: str, classes: tuple[str, ...], outputs: int
) -> None:
    facts = CHURN.model_copy(update={"columns": tuple(c.model_copy(update={"missing": 0}) for c in CHURN.columns)})
    data = resolved(facts, **dataset).data
    assert (data.task, data.classes, data.outputs) == (task, classes, outputs)


def test_files_with_parts_are_the_default_split() -> None:
    files = (FileFacts(name="a.csv", rows=700, split="train"), FileFacts(name="b.csv", rows=300, split="test"))
    facts = CHURN.model_copy(update={"files": files})

    class Rows:
        def sizes(self, *_: Any) -> tuple[int, int, int]:
            return 630, 70, 300

        def labels(self, *_: Any) -> tuple[str, ...]:
            return ()

    found = resolve(Spec(dataset="churn", layers=[]), facts, Rows())
    assert found.document["dataset"]["split"]["kind"] == "files"
    assert found.data.test_examples == 300


@pytest.mark.parametrize(
    ("role", "column", "kind"),
    [("group", "household", "grouped"), ("time", "signup", "time"), ("split", "city", "column")],
)
def test_a_role_that_serves_a_split_is_the_default_split(role: str, column: str, kind: str) -> None:
    class Rows:
        def sizes(self, *_: Any) -> tuple[int, int, int]:
            return 700, 100, 200

        def labels(self, *_: Any) -> tuple[str, ...]:
            return ()

    cities = CHURN.column("city").model_copy(update={"values": (ValueCount(value="train", count=1000),)})
    columns = tuple(cities if one.name == "city" else one for one in CHURN.columns)
    facts = CHURN.model_copy(update={"columns": columns})
    found = resolve(Spec(dataset={"name": "churn", "columns": {column: role}}, layers=[]), facts, Rows())
    assert (found.document["dataset"]["split"]["kind"], found.document["dataset"]["split"]["column"]) == (kind, column)


@pytest.mark.parametrize(
    ("dataset", "path", "message"),
    [
        ({"target": "exitd"}, "target", "no column 'exitd': did you mean 'exited'?"),
        ({"columns": {"Citty": "ignore"}}, "columns/Citty", "no column 'Citty': did you mean 'city'?"),
        ({"split": {"kind": "grouped", "column": "house"}}, "split/column", "did you mean 'household'?"),
        ({"split": {"kind": "hash", "columns": ["id", "xyz"]}}, "split/columns/1", "the columns are 'id', 'age'"),
        ({"target": "country"}, "target", "'country' has only 'CH': there is nothing to tell apart"),
        ({"target": "id"}, "target", "'id' has 1,000 values in 1,000 rows: an id, or a regression?"),
        ({"target": "city", "task": "regression"}, "task", "'city' has text, such as 'city 0': regression needs"),
        ({"target": "balance", "task": "classification"}, "task", "numbers with fractions: choose regression"),
        ({"target": "signup"}, "target", "'signup' has the type date, which cannot be predicted"),
        ({"target": ["age", "city"]}, "task", "'city' has text"),
        ({"target": ["age", "age"]}, "target", "names a column twice"),
        ({"target": "member", "task": "multi_label"}, "task", "multi_label needs several booleans"),
        ({"split": {"kind": "column", "column": "part"}}, "split/column", "'tset' in 12 rows: it must say train"),
        ({"target": "age", "split": "stratified"}, "split", "choose `random`"),
        ({"split": {"kind": "random", "test": 0.6, "validation": 0.5}}, "split", "leave none of the 990 rows"),
        ({"split": {"kind": "random", "validation": 0}}, "split", "no row for validation: it chooses the best epoch"),
        ({"split": {"kind": "stratified", "test": 0}}, "split", "no row for test: every epoch is measured on it"),
        ({"columns": {"city": "weight"}}, "columns/city", "the weight 'city' has the type text: it must be a number"),
        ({"columns": {"age": "weight"}}, "columns/age", "the weight 'age' is missing in 5 rows"),
        ({"columns": {"balance": "weight"}}, "columns/balance", "the weight 'balance' is -3 in some row"),
        ({"columns": {"age": "weight", "balance": "weight"}}, "columns/balance", "only one column can be the weight"),
        ({"columns": {"city": {"encode": "calendar"}}}, "columns/city/encode", "encodes dates and times"),
        ({"missing": "refuse"}, "missing", "'age' is missing in 5 of the rows"),
        ({"columns": {"part": "split"}}, "split/column", "'tset' in 12 rows: it must say train"),
        ({"columns": {"city": "group", "household": "group"}}, "split", "'city' and 'household' have the role group"),
        ({"columns": {"member": "target"}, "target": "exited"}, "columns/member", "but `target` is 'exited'"),
        ({"class_weights": {"ye": 2}}, "class_weights/ye", "no class 'ye': did you mean 'yes'?"),
        ({"target": "age", "class_weights": "balanced"}, "class_weights", "only classes have weights"),
        ({"validation_size": 0.1}, "validation_size", "only built-in data sets have 'validation_size'"),
        ({"standardize": True}, "standardize", "`numbers`"),
        (
            {"columns": {c.name: "ignore" for c in CHURN.columns if c.name not in {"exited", "country"}}},
            "columns",
            "every input column is constant: 'country'",
        ),
        ({"columns": {c.name: "ignore" for c in CHURN.columns if c.name != "exited"}}, "columns", "no column is left"),
    ],
    ids=str,
)
def test_what_does_not_fit_the_table_is_told_where_it_is(dataset: dict[str, Any], path: str, message: str) -> None:
    place, said = wrong(**dataset)
    assert place == path
    assert message in said


def test_a_data_set_without_target_asks_for_one() -> None:
    place, said = wrong(CHURN.model_copy(update={"target": None}))
    assert place == "target"
    assert said.startswith("'churn' has no target: name the column to predict, such as 'id', 'age'")


def test_another_digest_is_a_conflict() -> None:
    with pytest.raises(Conflict, match="version 3 of 'churn' has the digest") as conflict:
        resolved(digest="sha256:" + "6" * 64)
    assert conflict.value.code == "dataset_changed"


def test_rules_of_the_spec_hold_for_tables_too() -> None:
    with pytest.raises(InvalidSpec, match="'churn' is a regression task"):
        resolve(
            Spec(
                dataset={"name": "churn", "target": "age"},
                layers=[],
                early_stopping={"metric": "validation_accuracy"},
            ),
            CHURN,
        )


def test_a_target_of_the_data_set_that_no_column_has_is_told() -> None:
    place, said = wrong(CHURN.model_copy(update={"target": "exitd"}))
    assert place == "target"
    assert said == "the data set's target does not exist: no column 'exitd': did you mean 'exited'?"


def test_a_split_without_a_kind_is_the_automatic_one_with_its_fields() -> None:
    assert resolved(split={"seed": 1}).document["dataset"]["split"] == {
        "kind": "stratified",
        "validation": 0.1,
        "test": 0.2,
        "seed": 1,
    }
    assert resolved(split="auto").fingerprint == resolved().fingerprint


def test_an_automatic_split_refuses_what_its_kind_lacks() -> None:
    message = "the kind of the split is 'time' here, which has no 'seed'"
    assert wrong(columns={"signup": "time"}, split={"seed": 1}) == ("split/seed", message)


def test_an_automatic_split_by_files_has_no_test_size() -> None:
    files = (FileFacts(name="a.csv", rows=700, split="train"), FileFacts(name="b.csv", rows=300, split="test"))
    facts = CHURN.model_copy(update={"files": files})
    assert wrong(facts, split={"test": 0.3}) == (
        "split/test",
        "the kind of the split is 'files' here, which has no 'test'",
    )


def test_a_path_leads_into_a_split_without_a_kind() -> None:
    base = {"dataset": "churn", "layers": [8]}
    assert put(base, "dataset.split.seed", 1)["dataset"] == {"name": "churn", "split": {"seed": 1}}
