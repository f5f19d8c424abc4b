"""Texts that a spreadsheet program would take for formulas."""

from api.http.spreadsheets import guarded_lines


def test_formulas_are_guarded_and_numbers_stay() -> None:
    lines = b'prediction,probability_=1+1\r\n=cmd,-0.5\r\n"@a,""b""",1e-7\r\n"two\r\nlines",nan\r\n-1,\r\n-a,+5\r\n'
    expected = (
        b'prediction,probability_=1+1\r\n\'=cmd,-0.5\r\n"\'@a,""b""",1e-7\r\n"two\r\nlines",nan\r\n-1,\r\n\'-a,+5\r\n'
    )
    assert guarded_lines(lines) == expected
