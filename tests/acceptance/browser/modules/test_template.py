"""The template module, in a browser: what it renders, and what it leaves unchanged."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.browser.module_page import ModulePage, result

BEGIN = """async () => {
  Object.assign(window, await import("/pages/dashboard/template.js"));
  window.here = document.getElementById("here");
  window.text = () => here.textContent.replace(/\\s+/g, " ").trim();
}"""


@pytest.fixture
def page(modules: ModulePage) -> Iterator[Page]:
    """A page with the module's functions (`html`, `svg`, `render`, …) and an empty element, `here`, as globals."""
    with modules.emptied() as page:
        page.evaluate(BEGIN)
        yield page


HOSTILE = [
    "<b>bold</b>",
    '"><img src=x onerror=alert(1)>',
    "</p><script>window.harmed = true</script>",
    "&lt;b&gt; &amp;",
    "<!--",
    "' onclick='alert(1)",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_value_is_never_markup(page: Page, words: str) -> None:
    found = page.evaluate(
        """(words) => {
          const view = (one) => html`
            <p title=${one} class="a ${one}" data-x='${one}'>${one}</p>${[one]}${html`<i>${one}</i>`}`;
          for (const one of ["", words, "other", words]) render(view(one), here);
          const p = here.querySelector("p");
          return [here.querySelectorAll("*").length, p.title, p.className, p.dataset.x, p.textContent, text()];
        }""",
        words,
    )
    assert found == [2, words, f"a {words}", words, words, " ".join(f"{words}{words}{words}".split())]
    assert page.evaluate("window.harmed") is None


def test_what_is_absent_leaves_no_trace(page: Page) -> None:
    found = result(
        page,
        """
        const seen = [];
        for (const value of [nothing, null, undefined, "", 0, false, "x"]) {
          render(html`<p a=${value} b="<${value}>" ?hidden=${value}>${value}</p>`, here);
          const p = here.firstElementChild;
          seen.push([p.getAttribute("a"), p.getAttribute("b"), p.hidden, p.textContent]);
        }
        return seen;""",
    )
    assert found == [
        [None, "<>", False, ""],
        [None, "<>", False, ""],
        [None, "<>", False, ""],
        ["", "<>", False, ""],
        ["0", "<0>", False, "0"],
        ["false", "<false>", False, "false"],
        ["x", "<x>", True, "x"],
    ]


def test_a_place_shows_one_kind_of_value_after_another(page: Page) -> None:
    found = result(
        page,
        """
        const one = html`<b>one</b>`;
        const views = [one, "text", [1, html`<i>2</i>`, [3, [nothing, 4]]], nothing,
          repeat(["a", "b"], (x) => x, (x) => x), [], html`<u>${one}</u>`, html`${one}${"tail"}`, html``, one];
        const draw = (view) => render(html`<p>(${view})</p>[${view}]`, here);
        const seen = [...views, ...views.toReversed()].map((view) => (draw(view), text()));
        const half = views.length;
        return [seen.slice(0, half), seen.slice(half).toReversed(), here.querySelectorAll("b").length];""",
    )
    seen = ["one", "text", "1234", "", "ab", "", "one", "onetail", "", "one"]
    assert found == [[f"({text})[{text}]" for text in seen]] * 2 + [2]


def test_elements_stay_where_only_values_change(page: Page) -> None:
    assert result(
        page,
        """
        const items = (n) => [1, 2, 3].slice(0, n).map((x) => html`<li class=${n}>${x}</li>`);
        const draw = (n) => render(html`<ul>${items(n)}</ul>`, here);
        draw(3);
        const [ul, first] = [here.querySelector("ul"), here.querySelector("li")];
        draw(1);
        draw(2);
        return ul === here.querySelector("ul") && first === here.querySelector("li") && first.className === "2";""",
    )


ORDERS = ["abcd", "dcba", "bcda", "dabc", "axbycz", "c", "", "zyx", "abcdefghij", "jaibhcgdfe", "fe", "abcdefghij"]


@pytest.mark.parametrize("held", ["a", "c", "f", None])
def test_a_keyed_list_moves_elements_around_the_one_with_the_focus(page: Page, held: str | None) -> None:
    found = page.evaluate(
        """([orders, held]) => {
          const known = new Map();
          let blurred = 0;
          const item = (key) => html`<li><input id=${key} @blur=${() => blurred++}>${key}</li>`;
          const draw = (order) => render(html`<ul>${repeat([...order], (key) => key, item)}</ul><p>end</p>`, here);
          const seen = [];
          for (const order of orders) {
            draw(order);
            const items = [...here.querySelectorAll("li")];
            const same = items.every((li) => !known.has(li.textContent) || known.get(li.textContent) === li);
            known.clear();
            for (const li of items) known.set(li.textContent, li);
            const input = held && document.getElementById(held);
            const isNew = input && !input.value;
            if (isNew) {
              input.value = "typed";
              input.focus();
              input.setSelectionRange(1, 3);
            }
            const isHeld = document.activeElement === input && input.selectionStart === 1 && input.value === "typed";
            const kept = !input || isHeld;
            seen.push([items.map((li) => li.textContent).join(""), same, kept]);
          }
          return seen;
        }""",
        [ORDERS, held],
    )
    assert found == [[order, True, True] for order in ORDERS]


def test_two_items_with_one_key_are_refused(page: Page) -> None:
    said = result(
        page,
        """
        try {
          render(repeat([1, 2], () => "same", (x) => x), here);
        } catch (error) {
          return error.message;
        }""",
    )
    assert said == "Two items of a list have the same key."


def test_what_is_typed_stays_until_the_value_is_another(page: Page) -> None:
    page.evaluate("""() => {
      window.draw = (value) => render(html`<input .value=${value}><input .value=${live(value)}>`, here);
      draw("given");
    }""")
    plain, held = page.locator("input").first, page.locator("input").last
    for one in (plain, held):
        one.fill("typed")
    page.evaluate("draw('given')")
    expect(plain).to_have_value("typed")
    expect(held).to_have_value("given")
    held.fill("typed again")
    held.evaluate("(one) => one.setSelectionRange(2, 5)")
    page.evaluate("draw('typed again')")
    expect(plain).to_have_value("typed again")
    assert held.evaluate("(one) => [one.selectionStart, one.selectionEnd]") == [2, 5]


def test_a_listener_is_replaced_and_not_added(page: Page) -> None:
    found = result(
        page,
        """
        const heard = [];
        const draw = (listener) => render(html`<button @click=${listener}>press</button>`, here);
        for (let n = 1; n <= 3; n++) draw((event) => heard.push([n, event.type]));
        here.firstElementChild.click();
        draw(nothing);
        here.firstElementChild.click();
        draw(function () { heard.push(this === here.firstElementChild); });
        here.firstElementChild.click();
        return heard;""",
    )
    assert found == [[3, "click"], True]


def test_a_drawing_has_its_own_namespace(page: Page) -> None:
    found = result(
        page,
        """
        const dot = (i) => svg`<circle cx=${i} r="1" /><g>${svg`<path d="M0 ${i}" />`}</g>`;
        const dots = (n) => Array.from({ length: n }, (_, i) => dot(i));
        const draw = (n) => render(html`<svg viewBox="0 0 ${n} 1" class=${n}>${dots(n)}</svg><b>${n}</b>`, here);
        draw(1);
        draw(3);
        const all = [...here.querySelectorAll("svg, svg *")];
        return [all.map((one) => one.localName), new Set(all.map((one) => one.namespaceURI)).size,
          here.querySelector("svg").getAttribute("viewBox"), here.querySelectorAll("path")[2].getAttribute("d"),
          here.querySelector("b").namespaceURI.endsWith("xhtml")];""",
    )
    assert found == [["svg", *["circle", "g", "path"] * 3], 1, "0 0 3 1", "M0 2", True]


def test_rows_of_a_table_are_templates_of_their_own(page: Page) -> None:
    found = result(
        page,
        """
        const option = (x) => html`<option value=${x} ?selected=${x === "b"}>${x}</option>`;
        const row = (n) => html`<tr><td colspan=${2} .title=${"t" + n}>${n}</td></tr>`;
        render(html`<table><thead>${row(0)}</thead><tbody>${[1, 2].map(row)}</tbody></table>
          <select .value=${live("b")}>${["a", "b"].map(option)}</select>`, here);
        return [here.querySelectorAll("tbody > tr > td[colspan='2']").length, here.querySelectorAll("td")[2].title,
          here.querySelector("select").value];""",
    )
    assert found == [2, "t2", "b"]


def test_a_property_keeps_its_capital_letters_and_a_quoted_attribute_its_texts(page: Page) -> None:
    found = result(
        page,
        """
        render(html`<p width=24 title="a=b ${1} and ${2}!" .ariaLabel=${"said"} .textContent=${"<i>"}></p>`, here);
        const p = here.querySelector("p");
        return [p.title, p.ariaLabel, p.textContent, p.getAttribute("width")];""",
    )
    assert found == ["a=b 1 and 2!", "said", "<i>", "24"]


def test_a_value_where_none_can_stand_is_an_error(page: Page) -> None:
    said = result(
        page,
        """
        try {
          render(html`<textarea>${1}</textarea>`, here);
        } catch (error) {
          return error.message;
        }""",
    )
    assert "A value stands where none can" in said


def test_what_was_emptied_by_others_is_drawn_again(page: Page) -> None:
    found = result(
        page,
        """
        render(html`<p>1</p>`, here);
        here.replaceChildren();
        render(html`<p>2</p>`, here);
        return [text(), here.children.length];""",
    )
    assert found == ["2", 1]
