"""The exceptions that mean that Redis gives no valid answer."""

import redis

REDIS_TROUBLE = (redis.RedisError, OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""The errors of `redis` and of the operating system, and those that the library's parser raises for malformed answers:
invalid numbers, a string in place of a map, endless lists. The server at this address may not be Redis at all."""
