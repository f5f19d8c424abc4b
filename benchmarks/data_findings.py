"""Recall and false alarms of the data findings on planted tables.

`python -m benchmarks.data_findings` shows the results for the half of the tables that the thresholds were tuned on;
`--judge` shows those for the other half, and for healthy tables that were not used before.
"""

import argparse
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.planted.bases import Base, Case, bases, healthy, kept_apart
from benchmarks.planted.plants import PLANTS, VARIANTS
from gradus.wire.finding import Finding
from preprocessing.findings.find import findings
from tests.tables import store

ALARMS = frozenset({"critical", "warning"})


def cases(chosen: list[Base], half: int) -> Iterator[Case]:
    """The planted tables of one half: every other variant of each base and fault."""
    for b, base in enumerate(chosen):
        for p, plant in enumerate(PLANTS):
            for variant in range(VARIANTS):
                if (b + p + variant) % 2 == half:
                    found = plant(base, np.random.default_rng([b, p, variant]), variant)
                    if found is not None:
                        yield found


def found_in(case: Case) -> tuple[Finding, ...]:
    """The findings about a case."""
    with tempfile.TemporaryDirectory() as folder:
        return findings(store(Path(folder) / "table", case.columns), case.question)


def is_recalled(case: Case, found: tuple[Finding, ...]) -> bool:
    """Whether the expected finding was found."""
    return any(one.id == case.expected and case.column in (None, one.column) for one in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--only", default="", help="part of the code of the findings to plant")
    parser.add_argument("--every", type=int, default=1, help="take only every n-th planted table")
    options = parser.parse_args()
    folder = os.environ.get("GRADUS_DATASETS_DIR")
    chosen = list(bases(Path(folder) / "tables" if folder else None))
    planted, recalled, extra = Counter[str](), Counter[str](), Counter[str]()
    wanted = (case for case in cases(chosen, int(options.judge)) if options.only in str(case.expected))
    for case in islice(wanted, 0, None, options.every):
        answers = found_in(case)
        planted[str(case.expected)] += 1
        if is_recalled(case, answers):
            recalled[str(case.expected)] += 1
        elif not options.judge:
            print("missed", case.expected, case.name, case.column)
        for one in answers:
            if one.severity in ALARMS and one.id != case.expected and one.id not in case.known:
                extra[f"{one.id} beside {case.expected}"] += 1
    for code, count in sorted(planted.items()):
        print(f"{code:34} {recalled[code]:4} of {count}")
    print(f"recall {recalled.total() / max(1, planted.total()):.3f} of {planted.total()}")
    if not options.judge:
        print(*(f"  {count:4} {what}" for what, count in extra.most_common(30)), sep="\n")
    alarmed = 0
    tables = list(kept_apart(Path(folder) / "tables" if folder else None)) if options.judge else chosen
    for base in tables:
        found = [one for case in healthy(base) for one in found_in(case)]
        false = sorted(
            {f"{one.id}({one.column})" for one in found if one.severity in ALARMS and one.id not in base.known}
        )
        alarmed += bool(false)
        print(f"healthy {base.name:16} {', '.join(false)}")
    print(f"false alarms in {alarmed} of {len(tables)} healthy tables")


if __name__ == "__main__":
    main()
