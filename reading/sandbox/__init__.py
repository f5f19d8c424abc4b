"""Confines the reading process, in case a file exploits a bug in one of its parsers."""
