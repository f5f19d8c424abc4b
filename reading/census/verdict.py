"""The verdict of the census: the cell options of the file, the type of each column, and the evidence for both."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from gradus.facts import ColumnType, FirstText
from gradus.parse.cells import CellOptions, CellType
from reading.absent_columns import check_present
from reading.census import kinds as k
from reading.census import types
from reading.census.tally import Count, Tally
from reading.census.types import Rules
from reading.failure import ReadingFailed


@dataclass(frozen=True)
class Judged:
    """The verdict on one column."""

    type: CellType
    missing: frozenset[str]
    """The texts that mean a missing value in this column. The empty text always does; it is listed if the column has
    one."""
    zoned: bool = False
    """Whether its instants have a zone."""
    told: bool = False


@dataclass(frozen=True)
class Verdict:
    """The resolved options of cells, and the types."""

    rules: Rules
    columns: tuple[Judged, ...]
    guessed: Mapping[str, str] = field(default_factory=dict)


def judge(
    names: Sequence[str],
    tallies: Sequence[Tally],
    options: CellOptions,
    stated: Mapping[int, ColumnType],
    delimiter: str | None = None,
) -> Verdict:
    """Judge all columns by all their cells.

    Args:
        stated: types that the file itself states, by column position.
        delimiter: the delimiter of the file; if it is a comma, a comma cannot be the decimal mark.

    Raises:
        ReadingFailed: the request states a type that some cell of the column does not fit, or names a column that does
            not exist.
    """
    told = _told(names, options)
    free = [i for i in range(len(names)) if i not in told and stated.get(i) != "text"]
    found = [_kinds(tallies[i], _given(options)) for i in range(len(names))]
    guessed: dict[str, str] = {}
    rules = _rules([(names[i], found[i], tallies[i]) for i in free], options, delimiter, guessed)
    columns = tuple(
        _told_column(names[i], told[i], tallies[i], rules, options)
        if i in told
        else _column(found[i], tallies[i], rules, options, stated.get(i))
        for i in range(len(names))
    )
    words = sorted({word for column in columns for word in column.missing} - {""})
    if options.missing is None:
        rules = Rules(rules.decimal, rules.thousands, rules.dates, ("", *words))
        if words:
            shown = ", ".join(repr(word) for word in words)
            guessed["missing"] = f"{shown} stand in columns that otherwise hold numbers, dates or booleans"
    return Verdict(rules, columns, guessed)


def _given(options: CellOptions) -> frozenset[str] | None:
    return None if options.missing is None else frozenset(options.missing)


def _everywhere(options: CellOptions) -> bool:
    return options.missing is not None and options.missing_in != "values"


def _kinds(tally: Tally, given: frozenset[str] | None) -> AbstractSet[str]:
    """The kinds of the cells that are not missing."""
    found = set(tally.kinds) - {k.EMPTY}
    if given is None:
        found.discard(k.MISSING)
    else:
        if tally.words.keys() <= given:
            found.discard(k.MISSING)
        found -= _kinds_of_words(tally, given)
    return found


def _kinds_of_words(tally: Tally, given: frozenset[str]) -> set[str]:
    """The kinds whose cells are all among the given words for missing values, such as -999 or `none given`."""
    counts: dict[str, int] = {}
    for word in given:
        kind = k.kind_of(word)
        if kind not in (k.EMPTY, k.MISSING):
            counts[kind] = counts.get(kind, 0) + tally.cells_of(word)
    return {kind for kind, count in counts.items() if kind in tally.kinds and tally.kinds[kind].cells == count}


def _rules(
    columns: list[tuple[str, AbstractSet[str], Tally]],
    options: CellOptions,
    delimiter: str | None,
    guessed: dict[str, str],
) -> Rules:
    found = [kinds for _, kinds, _ in columns]
    decimal = options.decimal
    if decimal is None:
        decimal = "," if types.decimal_mark(found, delimiter) == "," else "."
        if decimal == ",":
            proof = _proof(columns, {k.COMMA_NUMBER, k.groups("."), k.groups(".", ",")})
            guessed["decimal"] = f"{proof}, and no column has decimal points"
    thousands = options.thousands
    if thousands is None:
        mark = types.thousands_mark(found, decimal)
        thousands = mark  # type: ignore[assignment]
        if mark:
            proof = _proof(columns, {k.groups(mark), k.groups(mark, decimal)})
            guessed["thousands"] = f"{proof}, and all groups of digits in that column have three"
    dates = options.dates
    if dates is None:
        dates = types.date_order(found)
        if dates != "iso":
            first = k.DAY_FIRST if dates == "dmy" else k.MONTH_FIRST
            guessed["dates"] = f"{_proof(columns, {first, first + '_time'})}, which can only be read as {dates}"
    missing = options.missing if options.missing is not None else ("",)
    return Rules(decimal, thousands or "", dates, missing, _everywhere(options))


def _proof(columns: list[tuple[str, AbstractSet[str], Tally]], proves: set[str]) -> str:
    for name, found, tally in columns:
        for kind in sorted(found & proves):
            count = tally.kinds[kind]
            return f"line {count.line} of column {name!r} has {count.text!r}"
    raise AssertionError("nothing proves the guess")


def _column(
    found: AbstractSet[str], tally: Tally, rules: Rules, options: CellOptions, stated: ColumnType | None
) -> Judged:
    kind = types.type_of(found, rules)
    if stated == "text" and kind not in ("date", "datetime"):
        kind = "text"
    zoned = found == {k.ZONED}
    if options.missing is not None:
        words = frozenset(options.missing) if kind != "text" or _everywhere(options) else frozenset[str]()
    else:
        words = frozenset(tally.words) if kind != "text" else frozenset[str]()
    return Judged(kind, words | _empty(tally), zoned)


def _empty(tally: Tally) -> frozenset[str]:
    return frozenset({""}) if k.EMPTY in tally.kinds else frozenset()


def _told(names: Sequence[str], options: CellOptions) -> dict[int, CellType]:
    places = {name: i for i, name in enumerate(names)}
    columns = options.columns or {}
    check_present(columns, names)
    return {places[name]: kind for name, kind in columns.items()}


def _told_column(name: str, kind: CellType, tally: Tally, rules: Rules, options: CellOptions) -> Judged:
    takes = types.kinds_when_told(kind, rules)
    if takes is None:
        words = frozenset(options.missing or ()) if _everywhere(options) else frozenset[str]()
        return Judged("text", words | _empty(tally), told=True)
    given = _given(options)
    found = _kinds(tally, given)
    wrong = [tally.kinds[one] for one in found - takes if not (kind == "boolean" and _bits(tally, one))]
    if not wrong and k.ZONED in found and len(found) > 1:
        wrong = [tally.kinds[one] for one in found - {k.ZONED}]
    if wrong:
        raise _misfit(name, kind, min(wrong, key=lambda count: (count.file, count.line)))
    words = frozenset(tally.words) if given is None else given
    return Judged(kind, words | _empty(tally), found == {k.ZONED}, told=True)


def _bits(tally: Tally, kind: str) -> bool:
    """Whether the integers of the column are 0 and 1 alone."""
    known = tally.known
    return kind == k.INTEGER and known is not None and {c for c, of in known.items() if of == kind} <= {"0", "1"}


def _misfit(name: str, kind: CellType, count: Count) -> ReadingFailed:
    article = "an" if kind == "integer" else "a"
    cure = "read it as text, or name the word in `missing`"
    return ReadingFailed(
        "data_error",
        f"`columns` says that {name!r} is {article} {kind}, but line {count.line} has {count.text!r}: {cure}",
        line=count.line,
        around=count.text,
        option={"columns": {name: "text"}},
    )


def first_text(tally: Tally, judged: Judged) -> FirstText | None:
    """The first cell of a text column that is not a number or, if all are numbers, the first cell."""
    if judged.type != "text":
        return None
    cells = {kind: count for kind, count in tally.kinds.items() if kind != k.EMPTY}
    texts = [count for kind, count in cells.items() if kind not in (k.MISSING, k.INTEGER, k.NUMBER)]
    first = min(texts or cells.values(), key=lambda count: (count.file, count.line), default=None)
    return None if first is None else FirstText(line=first.line, text=first.text[:80])


def evidence_of(tally: Tally, judged: Judged) -> dict[str, Any]:
    """How many cells there are of each kind. `first` is the first cell of the rarest kind, if there are several
    kinds."""
    seen: dict[str, Any] = {"cells": tally.cells}
    seen |= {kind: count.cells for kind, count in sorted(tally.kinds.items(), key=lambda item: -item[1].cells)}
    if tally.words:
        seen["missing_words"] = dict(tally.words.most_common(20))
    rare = [kind for kind in tally.kinds if kind not in (k.EMPTY, k.MISSING)]
    if judged.told:
        seen["told"] = judged.type
    if len(rare) > 1:
        main = max(rare, key=lambda kind: tally.kinds[kind].cells)
        least = min((kind for kind in rare if kind != main), key=lambda kind: tally.kinds[kind].cells)
        seen["first"] = {"line": tally.kinds[least].line, "text": tally.kinds[least].text}
    return seen
