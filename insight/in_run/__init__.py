"""The conditions, in a run, of findings that a probe sees too. The files of `insight.findings` with the same names say
what they mean."""
