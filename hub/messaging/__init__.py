"""Redis: the Celery queue, pub/sub, and what is sent after a commit."""
