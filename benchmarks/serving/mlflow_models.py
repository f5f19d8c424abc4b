"""`mlflow models serve` of an exported network, as a pyfunc: with its default of one worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.ports import free_port

SAVE = """
import sys
import mlflow.pyfunc
import numpy as np


class Network(mlflow.pyfunc.PythonModel):
    def load_context(self, context):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(context.artifacts["network"], options)

    def predict(self, context, model_input, params=None):
        feeds = {}
        for one in self.session.get_inputs():
            column = model_input[one.name].to_numpy()
            kind = object if one.type == "tensor(string)" else np.float64
            feeds[one.name] = column.astype(kind)[:, None]
        prediction, probabilities = self.session.run(["prediction", "probabilities"], feeds)
        return {"prediction": prediction[:, 0].tolist(), "probabilities": probabilities.tolist()}


mlflow.pyfunc.save_model(sys.argv[2], python_model=Network(), artifacts={"network": sys.argv[1]})
"""


@contextmanager
def mlflow_models(python: Path, model: Path, folder: Path) -> Iterator[int]:
    """Run MLflow's server of the model; yields its port."""
    saved, port = folder / "mlflow_model", free_port()
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run([str(python), "-c", SAVE, str(model), str(saved)], check=True, env=environment, cwd=folder)
    serve = ["models", "serve", "--model-uri", str(saved), "--env-manager", "local", "--port", str(port)]
    with (folder / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [str(python), "-m", "mlflow", *serve], stdout=log, stderr=log, env=environment, start_new_session=True
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait(client, process, folder / "serve.log")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while process.poll() is None and time.monotonic() < deadline:
        try:
            client.get("/ping").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.3)
        else:
            return
    sys.exit(f"MLflow does not serve: {log.read_text()[-2000:]}")
