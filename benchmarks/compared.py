"""Compares fifty long runs in a browser: when their curves appear, and when the page responds to input."""

import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Playwright

from benchmarks.report import Sample, table
from benchmarks.scale_data import LONG_EPOCHS
from gradus.client import Credentials
from tests.acceptance.browser.chromium import FLAGS, executable, launch, visiting_apart

VISITS = ("first visit", "second visit", "a click in the list")
WATCH = """() => {
  const seen = (globalThis.seen = {});
  const page = (selector) => document.querySelector(selector);
  const sorts = () => document.querySelectorAll(".compare-table thead button")[1];
  const look = () => {
    const now = performance.now() - (globalThis.began ?? 0);
    if (!seen.curves && page("#curves path[stroke], #curves .trace")) {
      seen.curves = now;
      sorts().click();
    } else if (seen.curves && !seen.sorted && sorts()?.closest("th").ariaSort) seen.sorted = now;
    if (!seen.labels && page("#curves .trace")) seen.labels = now;
    seen.whole = Boolean(page("#curves")?.data?.every((trace) => trace.x.length > 100));
    if (!seen.whole) setTimeout(look, 4);
  };
  look();
}"""
"""Clicks to sort the table as soon as the curves appear, and records when each change is visible, in ms."""
FOLLOW = """(address) => {
  const link = document.body.appendChild(Object.assign(document.createElement("a"), { href: address }));
  globalThis.began = performance.now();
  link.click();
}"""
SEEN = {
    "curves": "the curves are there",
    "sorted": "the table is sorted, as was asked then",
    "labels": "the pointer is told values",
}
AFTERWARDS = """async () => {
  const reads = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/v1/metrics?"));
  const curves = reads[1].startTime;
  const none = new Promise((resolve) => setTimeout(resolve, 1000, []));
  const found = new Promise((resolve) =>
    new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type: "longtask", buffered: true }));
  const later = (await Promise.race([found, none])).filter(({ startTime, duration }) => startTime + duration > curves);
  return [curves, Math.max(0, ...later.map(({ duration }) => duration))];
}"""
"""When the page requested all points, which is right after drawing the first ones, and the longest task that ended
since."""
STILL = "longest that it stands still then, 0 if never 50"
SETTLED = 6.0
"""Seconds after which a page has finished drawing."""


def measure(playwright: Playwright, access: Credentials, runs: Sequence[str], repeats: int) -> None:
    """Open the page by its URL, and from the list, where plotly.js is already loaded because a run was selected. Both
    are measured with and without a debugger, for which the browser parses plotly.js three more times."""
    address = f"/compare?ids={','.join(runs)}"
    rows = [*_visits(playwright, access, address, repeats), *_alone(playwright, access, address, repeats)]
    print(table((f"{len(runs)} runs of {LONG_EPOCHS:,} epochs compared", "", "ms", "n"), rows), flush=True)


def _visits(
    playwright: Playwright, access: Credentials, address: str, repeats: int
) -> Iterator[tuple[str, str, str, int]]:
    seen: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(repeats):
        browser = launch(playwright)
        with visiting_apart(browser, access) as (context, _):
            for visit in VISITS:
                page = context.new_page()
                if visit == VISITS[-1]:
                    _follow(page, address)
                else:
                    page.add_init_script(f"({WATCH})()")
                    page.goto(address)
                page.wait_for_function("() => seen.whole")
                for what in SEEN:
                    seen[visit, what].append(page.evaluate(f"seen.{what}"))
        browser.close()
    for (visit, what), times in seen.items():
        yield visit, SEEN[what], Sample(tuple(times)).in_words(), repeats


def _follow(page: Page, address: str) -> None:
    page.goto("/")
    page.locator("tr[data-id] input").first.click()
    page.wait_for_function("() => globalThis.Plotly")
    page.evaluate(FOLLOW, address)
    page.evaluate(WATCH)


def _alone(
    playwright: Playwright, access: Credentials, address: str, repeats: int
) -> Iterator[tuple[str, str, str, int]]:
    seen: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for _ in range(repeats):
        with tempfile.TemporaryDirectory(prefix="gradus-profile-", ignore_cleanup_errors=True) as profile:
            _sign_in(playwright, access, profile)
            for visit in ("no debugger, new profile", "no debugger, the browser begun anew"):
                with _opened(access.url + address, Path(profile)) as port:
                    browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
                    seen[visit].append(tuple(browser.contexts[0].pages[0].evaluate(AFTERWARDS)))
                    browser.close()
    for visit, found in seen.items():
        for what, times in zip((SEEN["curves"], STILL), zip(*found, strict=True), strict=True):
            yield visit, what, Sample(times).in_words(), repeats


def _sign_in(playwright: Playwright, access: Credentials, profile: str) -> None:
    """Store the session's cookie in the browser profile, without opening a page of the service."""
    with playwright.chromium.launch_persistent_context(
        profile, executable_path=executable(), args=list(FLAGS)
    ) as context:
        context.request.post(f"{access.url}/v1/session", data={"key": access.key})


@contextmanager
def _opened(url: str, profile: Path) -> Iterator[int]:
    """Start a browser that opens a page without a debugger; yields the port of its debugging interface."""
    flags = ("--headless", *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "--window-size=1280,800")
    browser = subprocess.Popen([executable(), *flags, url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(SETTLED)
        yield int((profile / "DevToolsActivePort").read_text().split()[0])
    finally:
        browser.terminate()
        browser.wait()
