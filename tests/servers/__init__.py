"""Servers, proxies and processes that tests and benchmarks run against."""
