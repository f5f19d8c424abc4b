"""The HTTP API: routes, services, streams. It shares only `hub/` with the workers."""
