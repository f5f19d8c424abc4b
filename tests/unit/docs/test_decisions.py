"""Decisions are records with a date."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[3] / "docs" / "decisions.md").read_text(encoding="utf-8")
RECORD = re.compile(
    r"(?s)## \d{4}-\d{2}-\d{2}: [^\n]+\n\n- \*\*Context\*\*: [^\n].*?\n- \*\*Decision\*\*: [^\n].*?\n"
    r"- \*\*Consequence\*\*: [^\n].*"
)


def records() -> list[str]:
    """Every record, from its title to the next record or topic."""
    return re.findall(r"^## .*?(?=^##? |\Z)", PAGE, re.MULTILINE | re.DOTALL)


def test_every_record_has_a_date_its_context_the_decision_and_its_consequence() -> None:
    assert [one for one in records() if RECORD.fullmatch(one) is None or one.count("\n- **") != 3] == []


def test_no_title_stands_twice() -> None:
    titles = [one.splitlines()[0] for one in records()]
    assert len(titles) > 80
    assert sorted(set(titles)) == sorted(titles)


def test_every_topic_is_in_the_table() -> None:
    topics = re.findall(r"^# (.+)$", PAGE, re.MULTILINE)[1:]
    assert re.findall(r"^\| \[(.+?)\]\(#", PAGE, re.MULTILINE) == topics
