"""Predictions in the API's process: a request becomes columns, a loaded model answers, and each row gets its notes.

The models are the ONNX files that users download. numpy and ONNX Runtime are imported when a prediction is first asked
for, as an API that is never asked does without.
"""
