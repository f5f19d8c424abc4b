"""The programs that a worker starts as processes of their own. Each module has a `main(arguments)`."""

TRAINER = "worker.trainer.__main__"
ANSWERING = "worker.answering.__main__"
PROGRAMS = frozenset({TRAINER, ANSWERING})
"""What the fork server may be asked to run."""
