"""Runs model.onnx on the rows in sample.json, and compares its answers with the expected ones.

Needs numpy and onnxruntime: `python check.py`.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

TOLERANCE = 1e-6
TYPES = {"float64": np.float64, "int64": np.int64, "uint8": np.uint8, "text": object}


def main() -> int:
    """Returns the exit status: 0 if all answers are the expected ones."""
    folder = Path(__file__).parent
    sample = json.loads((folder / "sample.json").read_text(encoding="utf-8"))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    feeds = {
        name: np.array(
            [np.nan if value is None else value for value in tensor["data"]], dtype=TYPES[tensor["type"]]
        ).reshape(tensor["shape"])
        for name, tensor in sample["inputs"].items()
    }
    largest = 0.0
    for name, expected in sample["outputs"].items():
        (found,) = session.run([name], feeds)
        if expected["type"] in ("text", "bool"):
            if found.reshape(-1).tolist() != expected["data"]:
                print(f"{name}: the answers differ from the expected ones")
                return 1
            continue
        wanted = np.array(expected["data"]).reshape(expected["shape"])
        scale = np.array(expected.get("deviation", 1.0))
        largest = max(largest, float((np.abs(found - wanted) / scale).max(initial=0.0)))
    print(f"{sample['rows']} rows: the largest difference is {largest:.2g}")
    return 0 if largest <= max(TOLERANCE, sample["float32"]) else 1


if __name__ == "__main__":
    sys.exit(main())
