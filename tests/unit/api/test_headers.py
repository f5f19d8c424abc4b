"""The interpretation of headers: Accept, Accept-Encoding, If-None-Match, If-Match, Prefer."""

import pytest

from api.http import etags
from api.http.negotiation import accepts_gzip, choose, prefers_html
from api.http.prefer_header import preferred_wait
from api.limits import WAIT_SECONDS
from gradus.errors import NotAcceptable

JSON, CSV = "application/json", "text/csv"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ([], JSON),
        ([""], JSON),
        (["*/*"], JSON),
        (["text/csv"], CSV),
        (["TEXT/CSV ; q=0.5"], CSV),
        (["text/*, application/json;q=0.1"], CSV),
        (["text/csv;q=0.5, application/json;q=0.6"], JSON),
        (["text/csv;q=0.5", "application/json;q=0.4"], CSV),
        (["text/csv;q=0, */*"], JSON),
        (["application/json;q=0, */*;q=0.1"], CSV),
        (["text/html,application/xhtml+xml,*/*;q=0.8"], JSON),
        (["text/csv;q=five"], CSV),
        (["text/csv;header=present;q=1"], CSV),
    ],
)
def test_the_form_that_the_client_likes_best_is_chosen(accept: list[str], chosen: str) -> None:
    assert choose(accept, (JSON, CSV)) == chosen


@pytest.mark.parametrize("accept", ["text/html", "image/*", "*/*;q=0", "text/csv;q=0", "csv", "*", ",;"])
def test_no_form_is_forced_on_a_client(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="application/json or text/csv"):
        choose([accept], (JSON, CSV))


@pytest.mark.parametrize(
    ("accept", "unpacks"),
    [
        ([], False),
        ([""], False),
        (["identity"], False),
        (["gzip, deflate, br, zstd"], True),
        (["br", "GZIP;q=0.1"], True),
        (["*"], True),
        (["gzip;q=0, *"], False),
        (["br, *;q=0"], False),
    ],
)
def test_files_are_packed_for_those_who_unpack(accept: list[str], unpacks: bool) -> None:
    assert accepts_gzip(accept) is unpacks


@pytest.mark.parametrize(
    ("accept", "prefers"),
    [
        ([], False),
        (["*/*"], False),
        (["text/html"], True),
        (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], True),
        (["application/problem+json, text/html"], False),
        (["application/problem+json;q=0.5, text/html"], True),
        (["text/*;q=0.9, */*;q=0.8"], True),
        (["text/html;q=0, */*"], False),
        (["*/*", "application/*;q=0.1"], True),
    ],
)
def test_a_page_is_for_those_who_like_it_better_than_a_document(accept: list[str], prefers: bool) -> None:
    assert prefers_html(accept) is prefers


@pytest.mark.parametrize(
    ("headers", "known", "allowed"),
    [
        ([], False, True),
        (['"7"'], True, True),
        (["*"], True, True),
        (['W/"7"'], True, False),
        (['"6", "7"'], True, True),
        (['"6"', '"7"'], True, True),
        (['"a,b", "7"'], True, True),
        (['"6"'], False, False),
        (["7"], False, False),
        (['"77"'], False, False),
        ([etags.etag(7, "a worker")], False, True),
        ([etags.etag(77, "a worker")], False, False),
        (['"7-other"'], False, False),
        ([""], False, False),
    ],
)
def test_versions_are_compared_as_the_rfc_says(headers: list[str], known: bool, allowed: bool) -> None:
    """RFC 9110: If-None-Match compares weakly, If-Match compares strongly, and without the header everything is
    allowed."""
    assert etags.none_match(headers, etags.etag(7)) is known
    assert etags.match(headers, 7) is allowed


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], 0),
        (["wait=10"], 10),
        (["respond-async, wait=10"], 10),
        (["respond-async; wait = 10"], 10),
        (['WAIT="10"'], 10),
        (["handling=lenient", "wait=3"], 3),
        (["wait=600"], WAIT_SECONDS),
        (["wait=9999999999999"], 0),
        (["wait"], 30),
        (["respond-async; wait", "handling=lenient"], 30),
        (["wait="], 0),
        (["wait=-1"], 0),
        (["wait=1.5"], 0),
        (["await=5"], 0),
    ],
)
def test_a_wait_is_read_where_there_is_one(headers: list[str], seconds: int) -> None:
    assert preferred_wait(headers) == seconds
