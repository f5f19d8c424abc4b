"""In which order the files of tests run: those that wait beside those that compute."""

from collections.abc import Iterable

LONGEST = (
    "tests/acceptance/browser/",
    "tests/acceptance/chaos/",
    "tests/acceptance/test_docs.py",
    "tests/acceptance/test_queue.py",
    "tests/integration/fuzz/test_api.py",
)
"""Files that take a minute and more, most of it waiting."""
WAITING = (
    "tests/acceptance/",
    "tests/integration/client/",
    "tests/integration/predictions/",
    "tests/integration/reading/",
    "tests/integration/servers/",
    "tests/integration/worker/",
)
"""Files whose tests wait for other processes most of their time."""
_WAITED = 0.6
"""Behind this share of the files that compute, no file is left that waits: at the end, others would wait for it."""


def places(files: Iterable[str]) -> dict[str, float]:
    """The place of each file in the order: the longest first, then each of the others that wait among those that
    compute. Were all that wait together, the cores would be idle meanwhile."""
    computing, waiting, longest = list[str](), list[str](), list[str]()
    for file in dict.fromkeys(files):
        (longest if file.startswith(LONGEST) else waiting if file.startswith(WAITING) else computing).append(file)
    return {
        **dict.fromkeys(longest, -1.0),
        **{file: _WAITED * i / len(waiting) for i, file in enumerate(waiting)},
        **{file: i / len(computing) for i, file in enumerate(computing)},
    }
