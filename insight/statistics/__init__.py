"""Statistics of layers and of training, as pure functions of tensors: no network, no data set, no database.

The first axis of a tensor is the K members of an array. The symbols are those of `docs/statistics.md`.
"""
