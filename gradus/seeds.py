"""Parses seeds as users write them: a count, or a list of seeds and ranges.

The dashboard's `seeds.js` has the same grammar; `tests/seeds.json` tests both.
"""

import re

MOST = 1000
"""Maximum number of seeds: a sweep cannot have more experiments."""
LARGEST = 2**53 - 1
FORMS = "write how many, or which: 5, or 0,3,7, or 2-4, or 0,3-5"

_PART = re.compile(r"([0-9]{1,16})(?: ?[-–] ?([0-9]{1,16}))?")
_BETWEEN = re.compile(r" ?, ?| ")


def read_seeds(text: str) -> list[int]:
    """The seeds in a text: a single number n means the seeds 0 to n - 1; else a list of seeds and ranges.

    The single seed 5 is written `5,` or `5-5`.

    Raises:
        ValueError: the text is invalid, names a seed twice, or gives no seeds or too many.
    """
    words = " ".join(text.split())
    if re.fullmatch(r"[0-9]{1,16}", words):
        found = list(range(min(int(words), MOST + 1)))
    else:
        joined = re.sub(r" ?([-–]) ?", r"\1", words)
        found = [seed for part in _BETWEEN.split(joined.removesuffix(",").rstrip()) for seed in _range(part)]
    if not found or len(found) > MOST:
        raise ValueError(f"from 1 to {MOST:,} seeds are possible: {FORMS}")
    if len(set(found)) < len(found):
        raise ValueError("a seed is named twice, which would give the same run twice")
    return found


def _range(part: str) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(FORMS)
    first, last = int(match[1]), int(match[2] or match[1])
    if not first <= last < first + MOST or last > LARGEST:
        raise ValueError(FORMS)
    return range(first, last + 1)
