"""plotly.js as the installed package has it: its script, and the styles that it would write into pages.

The policy of pages lets nothing write styles into them. So its rules are read out of its script and served with ours,
and where it would write it finds elements that are there already, and leaves them alone.
"""

import re
from pathlib import Path

import plotly

SCRIPT = Path(plotly.__path__[0]) / "package_data" / "plotly.min.js"
_STYLE = "plotly.js-style-global"
"""The id of the element that would get its rules."""
_MAP_STYLE = re.compile(r'getElementById\("([0-9a-f]{64})"\)')
"""The one that would get those of its maps, whose id changes with them."""
_FIRST_RULE = '"X,X div":'
_RULE = re.compile(r"""([\w$]+|"[^"]*"):(?:"([^"]*)"|'([^']*)'),?""")
_PLACES = {"X": ".js-plotly-plot .plotly", "Y": ".plotly-notifier"}


def styles(script: str) -> str:
    """Its rules as a style sheet; empty where a script has none of this form."""
    rules = []
    at = script.find(_FIRST_RULE)
    while at >= 0 and (rule := _RULE.match(script, at)):
        selector = re.sub("[XY]", lambda place: _PLACES[place[0]], rule[1].strip('"'))
        rules.append(f"{selector} {{ {rule[2] or rule[3]} }}\n")
        at = rule.end()
    return "".join(rules)


def placeholders(script: str) -> str:
    """The elements that keep it from writing styles, for a page's head."""
    ids = [_STYLE, *_MAP_STYLE.findall(script)]
    return "".join(f'    <template id="{one}" class="no-inline-styles"></template>\n' for one in ids)
