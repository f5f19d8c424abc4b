"""The dashboard's store: a snapshot from the service, and the events after it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.browser.module_page import ModulePage, module_page, result

BEGIN = """async () => {
  for (const name of ["snapshot", "changes", "reader"]) {
    Object.assign(window, await import(`/pages/dashboard/store/${name}.js`));
  }
  document.getElementById("here").id = "toasts";
  window.epoch = (seq, epoch, more = {}) =>
    ({ seq, kind: "epoch", at: "", experiment_id: "e", data: { epoch, train_loss: 1 / epoch, ...more } });
  window.turned = (seq, epoch, more = {}) =>
    ({ seq, kind: "status", at: "", experiment_id: "e", data: { progress: { epoch }, ...more } });
  window.history_ = (points = 1000) => new Snapshot(changedRows(points));
  window.epochs = (snapshot) => snapshot.value.map(({ epoch }) => epoch);
  window.rows = (...epochs) => epochs.map((epoch) => ({ epoch }));
}"""


@pytest.fixture
def page(modules: ModulePage) -> Iterator[Page]:
    with modules.emptied() as page:
        page.evaluate(BEGIN)
        yield page


def test_an_event_is_applied_once_and_in_its_turn(page: Page) -> None:
    assert result(
        page,
        """
        const one = history_();
        const before = one.hear(epoch(4, 3));
        one.ask()({ value: rows(1, 2), seq: 3 });
        const heard = [epoch(2, 1), epoch(3, 2), epoch(4, 3), epoch(4, 3), epoch(5, 4)].map((event) => one.hear(event));
        return [before, heard, epochs(one), one.seq];""",
    ) == [True, [True] * 5, [1, 2, 3, 4], 5]


def test_a_kind_that_nobody_knows_is_passed_over_and_counted(page: Page) -> None:
    assert result(
        page,
        """
        const one = history_();
        one.ask()({ value: rows(1), seq: 7 });
        const news = { seq: 8, kind: "finding", at: "", experiment_id: "e", data: null };
        return [one.hear(news), one.hear(epoch(9, 2)), epochs(one), one.seq];""",
    ) == [True, True, [1, 2], 9]


def test_a_missing_event_asks_for_a_new_snapshot(page: Page) -> None:
    assert result(
        page,
        """
        const one = history_();
        one.ask()({ value: rows(1), seq: 1 });
        const missed = one.hear(epoch(3, 3));
        const take = one.ask();
        const waiting = one.hear(epoch(4, 4)); // who asks already need not ask again
        const whole = take({ value: rows(1, 2, 3), seq: 3 });
        return [missed, waiting, whole, epochs(one), one.seq];""",
    ) == [False, True, True, [1, 2, 3, 4], 4]


def test_an_answer_that_misses_an_event_says_so(page: Page) -> None:
    assert result(
        page,
        """
        const one = history_();
        const take = one.ask();
        one.hear(epoch(5, 5));
        return [take({ value: rows(1, 2), seq: 2 }), epochs(one)];""",
    ) == [False, [1, 2]]


def test_what_is_told_while_the_service_answers_is_neither_lost_nor_doubled(page: Page) -> None:
    assert result(
        page,
        """
        const one = history_();
        one.ask()({ value: rows(1), seq: 1 });
        const [first, second, lost] = [one.ask(), one.ask(), one.ask()];
        one.hear(epoch(2, 2));
        one.hear(epoch(3, 3));
        lost(null);
        second({ value: rows(1, 2), seq: 2 });
        one.hear(epoch(4, 4));
        first({ value: rows(1), seq: 1 }); // an answer to what was asked before
        return [epochs(one), one.seq];""",
    ) == [[1, 2, 3, 4], 4]


def test_a_run_that_begins_anew_forgets_its_later_epochs(page: Page) -> None:
    assert result(
        page,
        """
        const one = history_();
        const take = one.ask();
        one.hear(turned(9, 1));
        one.hear(epoch(10, 2, { train_loss: 7 }));
        take({ value: rows(1, 2, 3), seq: 8 });
        return [epochs(one), one.value.at(-1).train_loss];""",
    ) == [[1, 2], 7]


def test_a_long_history_stays_short_and_keeps_what_stands_out(page: Page) -> None:
    epochs = result(
        page,
        """
        const one = history_(10);
        one.ask()({ value: [], seq: 0 });
        for (let n = 1; n <= 100; n++) one.hear(epoch(n, n, n === 50 ? { train_loss: "NaN" } : {}));
        return epochs(one);""",
    )
    assert 10 <= len(epochs) <= 20
    assert epochs == sorted(set(epochs))
    assert {1, 50, 100} <= set(epochs)  # the ends, and where it diverged


def test_an_experiment_keeps_the_details_that_events_leave_out(page: Page) -> None:
    found = result(
        page,
        """
        const before = { id: "e", status: "running", layers: [1], changes: [], classes: ["a"], best: null,
          last_event: 4, best_metric: "validation_loss", progress: { epoch: 1, epochs: 3 } };
        const grown = changedRecord(before, epoch(5, 2, { validation_loss: 0.5, seconds: 2 }));
        const worse = changedRecord(grown, epoch(6, 3, { validation_loss: "NaN", seconds: 2 }));
        const over = changedRecord(worse, turned(7, 3, { status: "succeeded", layers: null, best: null }));
        return [grown.best.epoch, grown.progress, worse.best.epoch, over.status, over.layers, over.classes,
          over.last_event];
        """,
    )
    assert found == [2, {"epoch": 2, "epochs": 3, "eta_seconds": 2}, 2, "succeeded", [1], ["a"], 7]


def test_a_long_step_has_a_bar_until_it_is_over(page: Page) -> None:
    found = result(
        page,
        """
        const { progress } = await import("/pages/dashboard/pages/experiment/head.js");
        const { render } = await import("/pages/dashboard/template.js");
        const running = { id: "e", status: "running", best: null, progress: { epoch: 0, epochs: 3 }, last_event: 2 };
        const at = (seq, done, total) =>
          ({ seq, kind: "progress", data: { what: "downloading <x>", done, total, unit: "bytes" } });
        const place = document.createElement("div");
        const shown = (experiment) => {
          render(progress(experiment), place);
          const bar = place.querySelector("[aria-label='downloading <x>']");
          return bar && [bar.getAttribute("value"), bar.getAttribute("max"), bar.nextElementSibling.textContent];
        };
        const half = changedRecord(running, at(3, 50, 200));
        return [running, half, changedRecord(half, at(4, 2e6, null)), changedRecord(half, at(4, 200, 200)),
          changedRecord(half, epoch(4, 1)), changedRecord(half, turned(4, 0, { status: "failed" }))].map(shown);
        """,
    )
    assert found == [
        None,
        ["50", "200", "downloading <x>: 25 %"],
        [None, None, "downloading <x>: 2 MB"],
        None,
        None,
        None,
    ]


def test_an_event_of_an_older_service_without_its_facts_is_taken(page: Page) -> None:
    found = result(
        page,
        """
        const progress = { epoch: 1, epochs: 3 };
        const before = { id: "e", best: { epoch: 1 }, best_metric: null, last_event: 1, progress };
        const after = changedRecord(before, epoch(2, 2, { seconds: 1 }));
        return [after.progress.epoch, after.best.epoch];""",
    )
    assert found == [2, 1]


def test_lines_of_a_log_come_by_their_events(page: Page) -> None:
    found = result(
        page,
        """
        const one = new Snapshot(changedLines);
        const said = (seq) => ({ level: "info", message: `${seq}` });
        const line = (seq) => ({ seq, kind: "log", at: "now", experiment_id: "e", data: said(seq) });
        const take = one.ask();
        one.hear(line(3));
        one.hear(line(4));
        take({ value: [{ id: 3, message: "3" }], seq: 2 }); // an answer may have more than it counts
        return one.value.map(({ id, message }) => [id, message]);""",
    )
    assert found == [[3, "3"], [4, "4"]]


def test_a_reader_reads_one_at_a_time_and_again_while_something_is_missing(page: Page) -> None:
    assert result(
        page,
        """
        let [reads, going, most] = [0, 0, 0];
        const done = Promise.withResolvers();
        const reader = new Reader({ read: async () => {
          [reads, going] = [reads + 1, going + 1];
          most = Math.max(most, going);
          await new Promise((resolve) => setTimeout(resolve));
          going -= 1;
          if (reads === 3) done.resolve();
          return reads > 2;
        } });
        reader.now();
        reader.now();
        reader.soon();
        await done.promise;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return [reads, most];""",
    ) == [3, 1]


@pytest.fixture
def page_with_clock(browser: Browser) -> Iterator[Page]:
    """A separate page, because a replaced clock cannot be restored."""
    with module_page(browser) as own, own.emptied() as page:
        page.evaluate(BEGIN)
        page.clock.install()
        yield page


def test_a_reader_goes_on_when_the_service_is_there_again(page_with_clock: Page) -> None:
    page = page_with_clock
    page.evaluate("""() => {
      window.seen = [];
      window.away = null;
      window.reader = new Reader({ read: async () => {
        if (away) throw Object.assign(new Error("It does not answer."), { status: away });
        seen.push("read");
      }, failed: ({ status }) => seen.push(status) });
    }""")
    words = page.locator("#toasts")
    page.evaluate("(async () => { await reader.now(); away = 503; await reader.now(); })()")
    assert "may be out of date: It does not answer." in words.inner_text()
    page.evaluate("away = null")
    page.clock.run_for(1_100)
    page.wait_for_function("() => seen.length === 2")
    page.wait_for_function("() => !document.getElementById('toasts').textContent.trim()")
    page.evaluate("(async () => { away = 404; await reader.now(); })()")
    page.clock.run_for(60_000)
    assert page.evaluate("seen") == ["read", "read", 404], "what is gone is asked for no more"
