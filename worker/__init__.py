"""The worker: data loading, the training loop, checkpoints, and the Celery worker that runs jobs."""

import hub  # noqa: F401 (requires docstrings before anything else is imported)
