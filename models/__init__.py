"""The bodies of the spec: one file for each file of `gradus/spec/`, with the same name."""
