"""An S3 server for tests: moto's server in this process, with its own port."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
from moto.server import ThreadedMotoServer

BUCKET = "bucket"


@contextmanager
def running_s3() -> Iterator[dict[str, str]]:
    """The environment variables with which clients find the server. It has one bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    files = fsspec.filesystem("s3", key="test", secret="test", endpoint_url=address, skip_instance_cache=True)  # noqa: S106
    files.makedirs(BUCKET, exist_ok=True)  # what is stored is one for all servers of a process
    try:
        yield {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
        }
    finally:
        server.stop()
