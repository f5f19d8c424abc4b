"""Prints pip's settings as variables of uv, for `eval` in a shell. uv reads no settings of pip."""

import ast
import shlex
import subprocess
import sys
from collections.abc import Mapping

_VARIABLES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "constraint": ("UV_CONSTRAINT", " "),
    "cert": ("SSL_CERT_FILE", " "),
}
"""For each setting of pip: the variable of uv, and the separator between values in that variable."""


def variables(listed: str) -> Mapping[str, str]:
    """The variables for what `pip config list` prints, a line like `global.index-url='https://…'` for each setting.

    If a setting has several lines, the last one counts. pip separates values by spaces or line breaks.
    """
    found = {}
    for name, _, value in (line.partition("=") for line in listed.splitlines()):
        variable, separator = _VARIABLES.get(name.rpartition(".")[2], ("", ""))
        if variable:
            found[variable] = separator.join(str(ast.literal_eval(value)).split())
    return found


def main() -> None:
    """Ask pip for its settings, and print them."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for name, value in variables(listed).items():
        print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
