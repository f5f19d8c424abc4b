"""plotly.js from the installed package: its script, and the styles that it would add to pages.

The pages' Content-Security-Policy forbids adding styles. So this module extracts the rules from the script, and the
pages serve them with their own. Placeholder elements in the page make plotly.js believe that it has added its styles.
"""

import re
from pathlib import Path

import plotly

SCRIPT = Path(plotly.__path__[0]) / "package_data" / "plotly.min.js"
_STYLE = "plotly.js-style-global"
"""The id of the element to which plotly.js adds its rules."""
_MAP_STYLE = re.compile(r'getElementById\("([0-9a-f]{64})"\)')
"""Matches the id of the element to which plotly.js adds the rules of its maps. The id is a hash of these rules."""
_FIRST_RULE = '"X,X div":'
_RULE = re.compile(r"""([\w$]+|"[^"]*"):(?:"([^"]*)"|'([^']*)'),?""")
_SELECTORS = {"X": ".js-plotly-plot .plotly", "Y": ".plotly-notifier"}


def styles(script: str) -> str:
    """The rules in the script as a style sheet; empty if the script has no rules of this form."""
    rules = []
    at = script.find(_FIRST_RULE)
    while at >= 0 and (rule := _RULE.match(script, at)):
        selector = re.sub("[XY]", lambda match: _SELECTORS[match[0]], rule[1].strip('"'))
        rules.append(f"{selector} {{ {rule[2] or rule[3]} }}\n")
        at = rule.end()
    return "".join(rules)


def placeholders(script: str) -> str:
    """HTML for a page's head: the placeholder elements that keep plotly.js from adding styles."""
    ids = [_STYLE, *_MAP_STYLE.findall(script)]
    return "".join(f'    <template id="{id_}" class="no-inline-styles"></template>\n' for id_ in ids)
