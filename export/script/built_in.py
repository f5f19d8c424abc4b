"""The code that loads built-in data sets."""

from collections.abc import Iterator
from dataclasses import dataclass

from gradus.built_in_facts import BuiltInFacts
from gradus.dataset_plan import DatasetPlan
from gradus.spec.dataset import Dataset

SKLEARN = "https://raw.githubusercontent.com/scikit-learn/scikit-learn/main/sklearn/datasets/data/"


@dataclass(frozen=True)
class SklearnTable:
    """A table of scikit-learn: its files, as names with their SHA-256, and the format of their numbers."""

    files: tuple[tuple[str, str], ...]
    delimiter: str | None = ","
    skipped: int = 1
    largest: float | None = None
    """The largest value of every input, by which it is divided; None if each input is scaled by its own bounds."""


TABLES = {
    "digits": SklearnTable(
        (("digits.csv.gz", "09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22"),),
        skipped=0,
        largest=16.0,
    ),
    "wine": SklearnTable((("wine_data.csv", "10e8a802908b34f86e5da8ce962f3c806694bc98450a18f61851af59f324bede"),)),
    "breast_cancer": SklearnTable(
        (("breast_cancer.csv", "fed3eb72d0575ef6192293f5093c6e801b1476b577d0386bf4455504522172ed"),)
    ),
    "diabetes": SklearnTable(
        (
            ("diabetes_data_raw.csv.gz", "7fc0ded571454b1982210d3bb43f0aca44eae01a0b8654a3b24022bdb6b38009"),
            ("diabetes_target.csv.gz", "8e53f65eb811df43c206f3534bb3af0e5fed213bc37ed6ba36310157d6023803"),
        ),
        delimiter=None,
        skipped=0,
    ),
}


def constants(facts: BuiltInFacts) -> Iterator[str]:
    """The constant with the mirrors of the files."""
    if facts.source == "sklearn":
        yield f'MIRRORS = ("{SKLEARN}",)'
        return
    yield "MIRRORS = ("
    yield from (f'    "{mirror}",' for mirror in facts.mirrors)
    yield ")"


def says(facts: BuiltInFacts) -> str:
    """A description of the data that `run.py` needs."""
    if facts.source == "sklearn":
        names = " and ".join(name for name, _ in TABLES[facts.name].files)
        return f"{facts.title}: {names} of scikit-learn, beside this file or from an installed scikit-learn"
    return f"{facts.title}: four files, which are downloaded if they are not beside this file"


def load(facts: BuiltInFacts, dataset: Dataset, plan: DatasetPlan) -> Iterator[str]:
    """The function that loads the training, validation and test parts."""
    yield "def load() -> Data:"
    yield '    """The examples; those of validation are chosen by a permutation that never changes."""'
    yield from _read_images(facts) if facts.source == "idx" else _read_table(facts)
    validation, train = plan.validation_examples, plan.train_examples
    yield f'    order = fixed_permutation("{facts.name}/validation", len(y))'
    yield f"    validation, train = order[:{validation}], order[{validation}:{validation + train}]"
    yield "    inputs = [x[train], x[validation], x_test]"
    largest = 255.0 if facts.source == "idx" else TABLES[facts.name].largest
    if facts.source == "idx" and not dataset.standardize:
        pass  # bytes are divided in each batch
    elif largest is not None:
        yield f"    inputs = [by_largest(part, {largest}) for part in inputs]"
    else:
        yield "    low, high = inputs[0].min(axis=0), inputs[0].max(axis=0)"
        yield "    inputs = [by_bounds(part, low, high) for part in inputs]"
    if dataset.standardize:
        yield "    standardize(*inputs)"
    kind = "numbers" if plan.task == "regression" else "classes"
    yield f"    return {kind}(inputs, [y[train], y[validation], y_test])"


def _read_images(facts: BuiltInFacts) -> Iterator[str]:
    for name, file in zip(("x", "y", "x_test", "y_test"), facts.files, strict=True):
        flat = ".reshape(-1, " + str(facts.inputs) + ")" if name.startswith("x") else ""
        yield f'    {name} = idx("{file.name}", "{file.sha256}", "{file.of}"){flat}'


def _read_table(facts: BuiltInFacts) -> Iterator[str]:
    source = TABLES[facts.name]
    for name, (file, digest) in zip(("x", "y"), source.files, strict=False):
        yield f'    {name} = table("{file}", "{digest}", {source.delimiter!r}, {source.skipped})'
    if len(source.files) == 1:
        yield "    x, y = x[:, :-1], x[:, -1]"
    else:
        yield "    x = (x - x.mean(axis=0)) / x.std(axis=0) / len(x) ** 0.5"
    yield f'    order = fixed_permutation("{facts.name}/test", len(y))'
    yield f"    test, train = order[:{facts.test_examples}], order[{facts.test_examples}:]"
    yield "    x, y, x_test, y_test = x[train], y[train], x[test], y[test]"
