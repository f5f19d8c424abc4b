"""Classes and categories that differ only in spelling, and texts that were decoded wrongly."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping

from gradus.wire.finding import Evidence, Finding
from gradus.wire.table import ColumnRecord
from preprocessing.findings.build import finding
from preprocessing.findings.sheet import Sheet

MAX_CATEGORIES = 500
MISPRINT = 0.1
"""Largest ratio of the rows of a misprint to the rows of the text that it is a misprint of."""
MIN_LETTERS = 5
_MOJIBAKE = re.compile("[ÂÃâÐÑ\ufffd]")


def similar_classes(sheet: Sheet) -> Iterator[Finding]:
    """Texts of one column that differ only in case, whitespace, punctuation or accents, or rare ones that differ in one
    letter."""
    for column in sheet.columns:
        if column.type != "text" or not 2 <= column.distinct <= MAX_CATEGORIES or column.role is not None:
            continue
        if column.name != sheet.question.target and column.distinct > 0.5 * sheet.table.rows:
            continue
        counts = {value.value: value.count for value in column.values if repaired(value.value) is None}
        same, misprints = list(_same_but_for_form(counts)), list(_misprints(counts))
        if same or misprints:
            yield _similar(sheet, column, same, misprints, counts)


def mojibake(sheet: Sheet) -> Iterator[Finding]:
    """Texts in UTF-8 that were decoded as another encoding, such as `ZÃ¼rich`."""
    for column in sheet.columns:
        if column.type != "text":
            continue
        wrong = {text: better for text in sheet.texts(column.name) if (better := repaired(text)) is not None}
        damaged = [text for text in sheet.texts(column.name) if "\ufffd" in text]
        number = len(wrong) + len(damaged)
        if number:
            text = next(iter(wrong), None) or damaged[0]
            meant = f", which should be '{wrong[text]}'" if text in wrong else ""
            yield finding(
                "mojibake",
                "warning",
                column.name,
                f"{number} texts of '{column.name}' were decoded wrongly before the upload, such as "
                f"'{text[:80]}'{meant}: one word becomes two categories",
                [
                    Evidence(statistic="texts decoded wrongly", column=column.name, value=number),
                    Evidence(statistic="example", column=column.name, value=text[:80]),
                ],
            )


def repaired(text: str) -> str | None:
    """The intended text, if this is UTF-8 that was decoded as Windows-1252 or Latin-1; else None."""
    if not _MOJIBAKE.search(text):
        return None
    for encoding in ("cp1252", "latin-1"):
        try:
            better = text.encode(encoding).decode()
        except UnicodeError:
            continue
        if len(better) < len(text):
            return better
    return None


def _form(text: str) -> str:
    """The text without case, accents, and anything but letters and digits; numbers keep their signs and points."""
    if re.fullmatch(r"\s*[-+]?[\d.,]+%?\s*", text):
        return text.strip()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    letters = re.sub(r"[\W_]+", "", plain)
    return letters + "".join(re.findall(r"[<>=+&|/#*]|-(?=\d)", plain)) if letters else text


def _same_but_for_form(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for text in counts:
        forms[_form(text)].append(text)
    for texts in forms.values():
        most, *others = sorted(texts, key=lambda text: -counts[text])
        yield from ((most, other) for other in others)


def _misprints(counts: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Pairs of a frequent text and a rare one that differs from it in one letter."""
    forms = {_form(text): text for text in sorted(counts, key=lambda text: counts[text])}
    for form, text in forms.items():
        if len(form) < MIN_LETTERS or any(c.isdigit() for c in form):
            continue
        for close in _one_letter_away(form):
            frequent = forms.get(close)
            if frequent is not None and counts[text] <= MISPRINT * counts[frequent]:
                yield frequent, text
                break


def _one_letter_away(form: str) -> Iterator[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(form) + 1):
        head, tail = form[:i], form[i:]
        yield from (head + letter + tail for letter in letters)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters if letter != tail[0])
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]


def _similar(
    sheet: Sheet,
    column: ColumnRecord,
    same: list[tuple[str, str]],
    misprints: list[tuple[str, str]],
    counts: Mapping[str, int],
) -> Finding:
    """A warning if texts have the same form; a note if there are only misprints, which may be words of their own."""
    found = [*same, *misprints]
    (usual, other), is_target = found[0], column.name == sheet.question.target
    rows = sum(counts[text] for _, text in found)
    what = "classes" if is_target else "categories"
    return finding(
        "similar_classes",
        "warning" if same else "note",
        column.name,
        f"'{other}' ({counts[other]} rows) and '{usual}' ({counts[usual]} rows) of '{column.name}' differ only in "
        f"spelling: if they mean the same, the network learns {len(counts)} {what} where there are "
        f"{len(counts) - len(found)}",
        [
            Evidence(statistic="rows with the rarer spelling", column=column.name, value=rows),
            *(
                Evidence(statistic=f"rows with '{text}' in place of '{more}'", column=column.name, value=counts[text])
                for more, text in found[:10]
            ),
        ],
    )
