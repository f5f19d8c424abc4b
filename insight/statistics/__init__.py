"""Statistics of layers and of training, as pure functions of tensors: no network, no data set, no database.

Tensors have the K members of an array as their first axis. The symbols are those of `docs/statistics.md`.
"""
