"""What is raised where Redis does not answer as Redis does."""

import redis

REDIS_TROUBLE = (redis.RedisError, OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""Beside the errors of `redis` and of the system those with which its parser meets an answer that is well-formed in
part: a number that is none, a text for a table, lists without end. Who listens there may be no Redis at all."""
