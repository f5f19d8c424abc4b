"""Authentication of requests, and the permissions of their roles."""
