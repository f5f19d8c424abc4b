"""uv gets the settings of pip."""

import pytest

from scripts.pip_settings import variables


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("", {}),
        ("global.index-url='https://mirror.test/simple'", {"UV_DEFAULT_INDEX": "https://mirror.test/simple"}),
        (":env:.find-links='/wheels /more'", {"UV_FIND_LINKS": "/wheels,/more"}),
        (r"global.extra-index-url='\nfile:///a\nfile:///b'", {"UV_INDEX": "file:///a file:///b"}),
        ("global.cert='/global.pem'\nuser.cert='/user.pem'", {"SSL_CERT_FILE": "/user.pem"}),
        ("global.timeout='180'\n:env:.disable-pip-version-check='1'", {}),
    ],
)
def test_settings_of_pip_are_variables_of_uv(listed: str, told: dict[str, str]) -> None:
    assert variables(listed) == told
