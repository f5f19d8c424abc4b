"""`gradus up`."""

from gradus.cli import service
from gradus.cli.starting import Data, Host, Port, RootPath, Workers


def command(
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    root_path: RootPath = "",
    workers: Workers = None,
) -> None:
    """Start the whole service on this machine; Ctrl-C stops it."""
    service.become(service.Start(data, host, port, workers, root_path))
