"""What a client of an earlier commit reads, as a program: it imports that commit's `gradus`, and no module of today's.

`python old_client.py URL DONE FAILED SWEEP`, with the key in GRADUS_KEY, prints what it has read as JSON.
"""

import json
import sys
from typing import Any

import gradus
from gradus import Client, NotFound


def read(client: Client, done: str, failed: str, sweep: str) -> dict[str, Any]:
    """The responses to calls, by their path, and what the client's objects show of them."""
    spec = {"dataset": "digits", "layers": [4]}
    run, broken = client.experiments.get(done), client.experiments.get(failed)
    answers = {
        f"/v1/experiments/{done}": run.record,
        f"/v1/experiments/{failed}": broken.record,
        f"/v1/experiments/{done}/metrics": run.metrics(),
        f"/v1/experiments/{done}/checkpoints": run.checkpoints(),
        f"/v1/sweeps/{sweep}": client.sweeps.get(sweep).record,
        "/v1/datasets/digits": client.datasets.get("digits").record,
        "/v1/catalog": client.catalog(),
    }
    client.system()
    client.experiments.dry_run(spec)
    client.sweeps.dry_run({"base": spec, "grid": {"l2": [0, 0.1]}})
    try:
        client.experiments.get("exp_00000000000000000000000000")
    except NotFound as error:
        refusal = error.code
    return {
        "answers": {path: json.loads(answer.model_dump_json()) for path, answer in answers.items()},
        "listed": [
            *(one.id for one in client.experiments.list()),
            *(one.id for one in client.sweeps.list()),
            *(one.name for one in client.datasets.list()),
            *(one.name for one in client.keys.list()),
        ],
        "statuses": [str(run.status), str(broken.status), str(client.sweeps.get(sweep).wait(timeout=60).status)],
        "ended": str(client.experiments.get(done).wait(timeout=60).status),
        "code": broken.error and str(broken.error.code),
        "optimizer": dict(run.spec)["optimizer"]["kind"],
        "watched": [row.epoch for row in client.experiments.get(done).watch()],
        "kinds": [str(event.kind) for event in client.experiments.get(done).events()],
        "compared": client.experiments.compare(done, failed).differences,
        "lines": [line.message for line in run.logs()],
        "refusal": refusal,
        "package": gradus.__file__,
    }


if __name__ == "__main__":
    url, *ids = sys.argv[1:]
    with Client(url) as old:
        print(json.dumps(read(old, *ids)))  # noqa: T201 (the program's output)
