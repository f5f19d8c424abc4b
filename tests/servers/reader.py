"""The reading slot of a worker as a separate process, without trainers: `python -m tests.servers.reader`."""

import logging
import time

from hub.hub import Hub
from hub.ids import new_id
from hub.jobs.reconciler import reconcile
from hub.settings import Settings
from worker.background import every
from worker.reading_slot import ReadingSlot
from worker.shutdown import Shutdown


def main() -> None:
    """Read files for data sets until the process is killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    hub, shutdown = Hub(Settings.from_env()), Shutdown()
    owner = new_id("wrk")
    every(0.2, lambda: reconcile(hub, owner), shutdown)
    every(0.01, ReadingSlot(hub, owner, shutdown).serve, shutdown)
    logging.info("ready")
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
