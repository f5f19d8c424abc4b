"""Who may do what: workspaces, keys, browser sessions, quotas, rate limits."""
