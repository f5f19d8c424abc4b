"""The dashboard with much data: fifty long runs compared, a list of ten thousand runs, a page left open."""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Playwright, sync_playwright

from benchmarks import compared
from benchmarks.report import header, table
from benchmarks.scale_data import Size, build, ids
from benchmarks.stage import stages
from gradus.client import Credentials
from hub.database.database import Database
from tests.acceptance.browser.chromium import launch, visiting_apart
from tests.servers.processes import running_api, service_env
from tests.servers.usage import processor_seconds

SIZE = Size(experiments=10_000, rows=200_000, events=30_000)
COMPARED = 50
TO_ITS_END = """async () => {
  let last = performance.now(), longest = 0, going = true;
  const tick = () => {
    const now = performance.now();
    [longest, last] = [Math.max(longest, now - last), now];
    if (going) requestAnimationFrame(tick);
  };
  tick();
  for (let height = 0, same = 0; same < 40; ) {
    scrollTo(0, document.documentElement.scrollHeight);
    await new Promise((resolve) => setTimeout(resolve, 50));
    same = height === document.documentElement.scrollHeight ? same + 1 : 0;
    height = document.documentElement.scrollHeight;
  }
  going = false;
  return [longest, document.querySelectorAll("*").length, document.querySelectorAll("tr[data-id]").length];
}"""
"""Scroll to the end of the list; returns the longest frame in ms, the number of elements and the number of rows."""


def main() -> None:
    options = _options()
    print(header("Pages", ("playwright", "plotly", "fastapi"), [str(SIZE)]), flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="gradus-pages-") as name,
        _service(Path(name)) as (access, pid, runs),
        sync_playwright() as playwright,
    ):
        compared.measure(playwright, access, runs, options.repeats)
        _scroll(playwright, access)
        _rest(playwright, access, pid, options.seconds)


@contextmanager
def _service(folder: Path) -> Iterator[tuple[Credentials, int, list[str]]]:
    """An API with many experiments: its URL and process, and the experiments with many epochs."""
    with stages(folder, ("SQLite",)) as stage:
        settings = stage["SQLite"]
        database = Database(settings.database_url)
        build(database, SIZE)
        with database.read() as session:
            runs = list(ids(session, long=True))[:COMPARED]
        database.close()
        env = service_env(folder, settings.database_url, settings.redis_url)
        with running_api(folder, env) as (program, client):
            yield client.credentials, program.process.pid, runs


def _scroll(playwright: Playwright, access: Credentials) -> None:
    with _page(playwright, access) as page:
        page.wait_for_selector("tr[data-id]")
        began = time.monotonic()
        longest, elements, rows = page.evaluate(TO_ITS_END)
        lines = {
            "experiments in the list": f"{SIZE.experiments:,}",
            "from its top to its end, s": f"{time.monotonic() - began:.0f}",
            "elements on the page then, rows among them": f"{elements:,}, {rows}",
            "longest frame, ms": f"{longest:.0f}",
        }
        print(table(("scrolling", ""), lines.items()), flush=True)


def _rest(playwright: Playwright, access: Credentials, pid: int, seconds: float) -> None:
    shares = {"nobody looks": _share(pid, seconds)}
    with _page(playwright, access) as page:
        page.wait_for_selector("tr[data-id]")
        time.sleep(5)
        shares["one page is open"] = _share(pid, seconds)
    rows = [(what, f"{100 * share:.2f} %") for what, share in shares.items()]
    print(table((f"the API at rest, {seconds:g} s", "of a core"), rows))


def _share(pid: int, seconds: float) -> float:
    """The fraction of a core that a process uses."""
    before = processor_seconds(pid)
    time.sleep(seconds)
    return (processor_seconds(pid) - before) / seconds


@contextmanager
def _page(playwright: Playwright, access: Credentials) -> Iterator[Page]:
    browser = launch(playwright)
    with visiting_apart(browser, access) as (context, _):
        page = context.new_page()
        page.goto("/")
        yield page
    browser.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="number of browsers for the comparison")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long the API's CPU time is measured")
    return parser.parse_args()


if __name__ == "__main__":
    main()
