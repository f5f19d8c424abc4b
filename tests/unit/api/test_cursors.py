"""Cursors: opaque to clients, and exact."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http import cursors
from gradus.errors import BadRequest
from hub.ids import new_id


def test_a_cursor_leads_back_to_its_experiment() -> None:
    experiment_id = new_id("exp")
    assert cursors.decode(cursors.encode(experiment_id)) == experiment_id
    assert cursors.encode(experiment_id).isascii()
    assert "exp_" not in cursors.encode(experiment_id)


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="cursor"):
        cursors.decode(text)
