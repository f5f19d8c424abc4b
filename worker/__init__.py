"""The worker: data loading, the training loop, checkpoints, and the Celery worker that runs jobs."""
