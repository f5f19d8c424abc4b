"""The page locates a mistake in a document exactly as the service does, whatever characters the keys contain."""

from gradus.pointer import pointer, readable
from tests.acceptance.browser.module_page import ModulePage, result

KEYS = ("dataset", "columns", "a/b~c", "encode")


def test_a_column_whose_name_has_a_slash_is_found_in_the_json_and_shown_in_quotes(modules: ModulePage) -> None:
    with modules.emptied() as page:
        found = result(
            page,
            """
            const { lineOf } = await import("/pages/dashboard/pages/new/json/editor.js");
            const { join, readable } = await import("/pages/dashboard/pages/new/pointer.js");
            const place = ["dataset", "columns", "a/b~c", "encode"].reduce(join, "");
            const text = '{"dataset": {"columns": {\\n"a": 1,\\n"a/b~c": {"encode": 1}}}}';
            return [place, readable(place), lineOf(text, place)];""",
        )
    assert found == [pointer(KEYS), readable(pointer(KEYS)), 3]
