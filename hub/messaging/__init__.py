"""Messaging by Redis: the Celery queue, pub/sub, and the outbox of messages to send after a commit."""
