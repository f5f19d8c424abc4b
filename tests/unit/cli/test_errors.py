"""How the command line reports errors."""

import httpx
import pytest

from gradus.cli.errors import code_of, message
from gradus.cli.exit_codes import Exit
from gradus.errors import Conflict, GradusError, InvalidSpec, NotFound, ServerFault, Unavailable
from gradus.wire.problem import Mistake


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidSpec("wrong"), Exit.REFUSED),
        (NotFound("not there"), Exit.REFUSED),
        (Conflict("not now"), Exit.REFUSED),
        (Unavailable("silent"), Exit.UNREACHABLE),
        (ServerFault("a fault"), Exit.UNREACHABLE),
    ],
)
def test_an_error_has_an_exit_code(error: GradusError, code: Exit) -> None:
    assert code_of(error) is code


def test_one_mistake_is_one_sentence_and_several_are_a_list() -> None:
    units = Mistake(path="layers/0/units", message="must be at least 1")
    lr = Mistake(path="", message="must be an object")
    assert message(InvalidSpec("bad", errors=[units])).splitlines()[0] == "error: layers/0/units: must be at least 1"
    assert message(InvalidSpec("bad", errors=[units, lr])).splitlines()[:3] == [
        "error: 2 mistakes in the spec",
        "  layers/0/units: must be at least 1",
        "  the document: must be an object",
    ]


def test_a_document_that_is_no_spec_is_not_called_one() -> None:
    mistakes = [Mistake(path=path, message="must be present") for path in ("url", "events")]
    error = InvalidSpec("bad", errors=mistakes)
    error.request = httpx.Request("POST", "http://here/v1/webhooks")
    assert message(error).splitlines() == ["error: 2 mistakes", "  url: must be present", "  events: must be present"]


def test_a_hint_follows_where_one_helps() -> None:
    assert message(Unavailable("nothing answers", code="unreachable")).splitlines()[1].startswith("hint: `gradus up`")
    assert "hint" not in message(Conflict("not now"))


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/v1/experiments/exp_1", "gradus ls"),
        ("/gradus/v1/experiments/exp_1/cancel", "gradus ls"),
        ("/v1/sweeps/swp_1", "gradus sweeps ls"),
        ("/v1/keys/key_1", "gradus keys ls"),
        ("/v1/webhooks/whk_1", "gradus webhooks ls"),
        ("/v1/datasets/digitz", "gradus datasets ls"),
    ],
)
def test_the_hint_for_what_is_not_found_lists_things_of_its_kind(path: str, hint: str) -> None:
    error = NotFound("not there")
    error.request = httpx.Request("GET", f"http://here{path}")
    assert message(error).splitlines()[1].startswith(f"hint: `{hint}`")


def test_a_column_that_is_not_there_leads_to_the_list_of_columns() -> None:
    wrong = InvalidSpec("no", errors=[Mistake(path="dataset/target", message="no column 'sx': did you mean 'sex'?")])
    assert message(wrong).splitlines() == [
        "error: dataset/target: no column 'sx': did you mean 'sex'?",
        "hint: `gradus datasets show NAME` lists the columns of a data set",
    ]
