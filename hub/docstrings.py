"""The texts of schemas and command lines come from docstrings, which Python can be told to drop."""

import sys

_EXIT_CODE = 3
_ERROR = "error: Python drops docstrings (-OO), which Gradus needs for its texts: set PYTHONOPTIMIZE=1, or unset it"


def require() -> None:
    """Exit with one sentence if Python drops docstrings."""
    if sys.flags.optimize > 1:
        sys.stderr.write(f"{_ERROR}\n")
        sys.exit(_EXIT_CODE)
