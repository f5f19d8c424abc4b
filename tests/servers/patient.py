"""httpx's functions for tests, with a longer timeout: a busy machine may take longer to answer than httpx's five
seconds.
"""

from functools import partial

import httpx

SECONDS = 60.0

get = partial(httpx.get, timeout=SECONDS)
post = partial(httpx.post, timeout=SECONDS)
request = partial(httpx.request, timeout=SECONDS)
Client = partial(httpx.Client, timeout=SECONDS)
