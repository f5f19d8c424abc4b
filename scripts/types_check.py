"""Runs mypy without Python's garbage collector: most objects that mypy builds live to the end of the run, and looking
for garbage among them takes a tenth of the processor time.
"""

import gc

from mypy.__main__ import console_entry

if __name__ == "__main__":
    gc.disable()
    gc.enable = lambda: None  # mypy does it when all files are parsed
    console_entry()
