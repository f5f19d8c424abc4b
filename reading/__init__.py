"""Reads files into stored tables, in a child process. Never torch, never a service."""
