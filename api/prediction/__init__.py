"""Predictions in the API's process: a request is converted to columns, a loaded model predicts, and rows get notes.

The models are the ONNX files that users download. numpy and ONNX Runtime are imported for the first prediction: an API
that makes no predictions needs neither.
"""
