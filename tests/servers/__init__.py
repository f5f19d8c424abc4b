"""Launchers of the outside servers that tests and benchmarks run against."""
