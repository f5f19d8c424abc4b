"""What leaves Gradus: trained networks as files that need nothing of it.

A trained network is its plan, its named tensors and the fitted preprocessing of its data (`trained.py`).
From these, `onnx/` writes one graph: raw columns in, predictions out.
A graph is handed out only if it agrees with a plain computation in numpy on sample rows (`check.py`).
"""
