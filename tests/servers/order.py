"""The order in which test files run: those that wait run beside those that compute."""

from collections.abc import Iterable

LONGEST = (
    "tests/acceptance/browser/",
    "tests/acceptance/chaos/",
    "tests/acceptance/test_docs.py",
    "tests/acceptance/test_queue.py",
    "tests/integration/fuzz/test_api.py",
)
"""Files that take a minute or more, most of which is waiting."""
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
"""All waiting files are started before this share of the computing files is done. If they came last, the other
processes would have to wait for them."""


def places(files: Iterable[str]) -> dict[str, float]:
    """The place of each file in the order: the longest files first, then the other waiting files, evenly spread among
    the computing ones. If all waiting files ran at the same time, the cores would be idle."""
    computing, waiting, longest = list[str](), list[str](), list[str]()
    for file in dict.fromkeys(files):
        (longest if file.startswith(LONGEST) else waiting if file.startswith(WAITING) else computing).append(file)
    return {
        **dict.fromkeys(longest, -1.0),
        **{file: _WAITED * i / len(waiting) for i, file in enumerate(waiting)},
        **{file: i / len(computing) for i, file in enumerate(computing)},
    }
