"""The HTTP API: routes, services, streams. It shares only `hub/` with the workers."""

import hub  # noqa: F401 (requires docstrings before anything else is imported)
