"""The conditions, in a run, of findings that a probe can see as well. The files of `insight.findings` with the same
names explain them."""
