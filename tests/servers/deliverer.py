"""Delivers webhooks in a separate process that a test can kill: `python -m tests.servers.deliverer`. The settings come
from the environment.
"""

import time

from hub.hub import Hub
from hub.settings import Settings
from hub.webhooks.deliverer import Deliverer

if __name__ == "__main__":
    deliverer = Deliverer(Hub(Settings.from_env()))
    while True:
        deliverer.look()
        time.sleep(0.05)
