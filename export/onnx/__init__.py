"""ONNX models, written node by node from the plan and not traced; each file is for one part of the spec.

Preprocessing computes in float64 and is rounded once to float32, in which the network computes. `ai.onnx.ml.Scaler` is
not used: it multiplies by the inverse of the scale, which gives other bits than a division.
"""
