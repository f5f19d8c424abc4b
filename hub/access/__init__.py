"""Access control: workspaces, keys, browser sessions, quotas, rate limits."""
