"""The export of trained networks, as files that need nothing of Gradus.

A trained network is its plan, its named tensors and the fitted preprocessing of its data (`trained.py`). From these,
`onnx/` writes one graph, from raw columns to predictions. A graph is delivered only if it agrees with a plain
computation in numpy on sample rows (`check.py`).
"""
