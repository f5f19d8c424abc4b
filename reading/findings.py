"""What reading itself noticed, as findings."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from gradus.wire.finding import Evidence, Finding, Patch, Severity
from gradus.wire.table import ColumnRecord
from reading.census import kinds as k
from reading.census.tally import Tally
from reading.census.verdict import Judged, Verdict
from reading.census.would_be import alternative
from reading.names import Names


def finding(
    code: str,
    because: str,
    value: float | str,
    statistic: str,
    *,
    column: str | None = None,
    severity: Severity = "note",
    patches: tuple[Patch, ...] = (),
) -> Finding:
    """A finding with one measured value."""
    evidence = (Evidence(statistic=statistic, column=column, value=value),)
    return Finding(id=code, severity=severity, column=column, evidence=evidence, because=because, patches=patches)


def findings_of(
    names: Names,
    indices: AbstractSet[int],
    columns: Sequence[ColumnRecord],
    tallies: Sequence[Tally],
    verdict: Verdict,
) -> tuple[Finding, ...]:
    """Findings about the names and the cells of columns."""
    found = list(_names(names, indices))
    for record, tally, judged in zip(columns, tallies, verdict.columns, strict=True):
        found += _words(record, tally, judged)
        found += _texts(record, tally, judged, verdict)
    return tuple(found)


def _names(names: Names, indices: AbstractSet[int]) -> Iterator[Finding]:
    for i in names.repeated:
        name = names.names[i]
        yield finding(
            "data_duplicate_names",
            f"an earlier column has the same name, so this one is called {name!r}",
            i + 1,
            "position",
            column=name,
            severity="warning",
        )
    for i in names.unnamed if len(names.unnamed) < len(names.names) else ():
        name = names.names[i]
        what = "counts the rows: an index, which is ignored" if i in indices else "has no name in the file"
        yield finding("data_unnamed_column", f"{name!r} {what}", i + 1, "position", column=name)


def _words(record: ColumnRecord, tally: Tally, judged: Judged) -> Iterator[Finding]:
    words = {word: count for word, count in tally.words.items() if word in judged.missing}
    if words and judged.type != "text":
        shown = ", ".join(f"{word!r} in {count}" for word, count in sorted(words.items())[:5])
        yield finding(
            "data_missing_words",
            f"{shown} of {tally.cells} cells, while all others are values: read as missing",
            sum(words.values()),
            "cells",
            column=record.name,
        )


def _texts(record: ColumnRecord, tally: Tally, judged: Judged, verdict: Verdict) -> Iterator[Finding]:
    if judged.type != "text" or judged.told:
        return
    found = set(tally.kinds) - {k.EMPTY, k.MISSING}
    if k.BIG in found and found <= {k.BIG, k.INTEGER, k.LEADING_ZERO}:
        yield _kept(record, tally, k.BIG, "data_looks_like_id", "is an integer beyond 2⁵³: an id, kept as text")
        return
    other = alternative(record.name, tally, judged, verdict.rules)
    if other is None or k.YES_NO in found:
        return
    odd = min((one for one in found if one != k.INTEGER), key=lambda one: tally.kinds[one].cells, default=k.INTEGER)
    what = f"keeps the column text; it would be {article(other.type)} {other.condition}"
    patches = tuple(Patch(patch=dict(cure.options), of="parse", why=cure.why) for cure in other.cures)
    yield _kept(record, tally, odd, "data_kept_as_text", what, patches)


def _kept(
    record: ColumnRecord, tally: Tally, kind: str, code: str, what: str, patches: tuple[Patch, ...] = ()
) -> Finding:
    count = tally.kinds[kind]
    return finding(
        code,
        f"{count.text!r} in line {count.line} {what}",
        count.cells,
        "cells",
        column=record.name,
        severity="warning",
        patches=patches,
    )


def article(kind: str) -> str:
    """The type with its article."""
    return f"an {kind}" if kind == "integer" else f"a {kind}"
