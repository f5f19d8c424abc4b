"""How the files of a data set are sent."""

import pytest

from gradus.client.dataset_upload import given


@pytest.mark.parametrize(("columns", "in_one_body"), [(3, True), (1000, False)])
def test_options_that_an_url_cannot_hold_are_sent_in_a_document(columns: int, in_one_body: bool) -> None:
    parse = {"columns": {f"column {i}": "text" for i in range(columns)}}
    assert given(b"a,b\n1,2\n", parse).in_one_body is in_one_body
