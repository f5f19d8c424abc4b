"""The implementation of the spec in torch: one file for each file of `gradus/spec/`, with the same name."""
